// What failed in a browser run and why, in a few lines each: node scripts/browser-failures.mjs <playwright's report.json>
import { readFileSync } from "node:fs";

const LINES = 12;

// Messages come with the colours of a terminal.
const plain = (text) => text.replace(/\u001b\[[0-9;]*m/g, "");

function* specs(suite) {
  yield* suite.specs ?? [];
  for (const inner of suite.suites ?? []) yield* specs(inner);
}

let suites = [];
try {
  suites = JSON.parse(readFileSync(process.argv[2], "utf8")).suites;
} catch {
  console.log(" (no report)");
}
for (const suite of suites)
  for (const spec of specs(suite))
    for (const test of spec.tests.filter((test) => test.status === "unexpected")) {
      const [result] = test.results.slice(-1);
      console.log(`\n  ${spec.file}:${spec.line} [${test.projectName}] ${spec.title}, ${Math.round(result.duration / 1000)} s`);
      for (const { message = "", location } of result.errors) {
        if (location) console.log(`    line ${location.line}`);
        console.log(plain(message).split("\n").slice(0, LINES).map((line) => `    ${line}`).join("\n"));
      }
    }
