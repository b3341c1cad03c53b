// Fails when the board's first load (wasm, script, style, the larger language's labels) exceeds 400 kB, compressed with
// brotli. Usage: node scripts/size-budget.mjs [site folder]
import { readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const BUDGET = 400_000;
const site = resolve(process.argv[2] ?? join(import.meta.dirname, "../target/site"));
const { js, wasm, css, later_css, labels, chunks } = JSON.parse(readFileSync(join(site, "pkg/manifest.json"), "utf8"));
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const compressed = (address) => statSync(join(site, `${address}.br`)).size;

function show(name, address) {
  console.log(`${name.padEnd(16)} ${kilobytes(statSync(join(site, address)).size).padStart(10)}  brotli ${kilobytes(compressed(address)).padStart(9)}`);
  return compressed(address);
}

const language = Object.keys(labels).sort((a, b) => compressed(labels[b][0]) - compressed(labels[a][0]))[0];
const first = { wasm, js, css, [`labels ${language}`]: labels[language][0] };
const total = Object.entries(first).map(([name, address]) => show(name, address)).reduce((a, b) => a + b);
console.log(`first load: ${kilobytes(total)} of ${kilobytes(BUDGET)}, compressed with brotli; on demand:`);
Object.entries({ ...chunks, "later style": later_css, "later labels": labels[language][1] }).forEach(([name, address]) => show(name, address));
if (total > BUDGET) {
  console.error("The first load is over its budget.");
  process.exit(1);
}
