// Many live streams while cards move: is every stream complete and in order, and how late is it?
//   node scripts/load-live.mjs [--url http://127.0.0.1:3000] [--streams 1000] [--rate 50] [--seconds 20]
// Needs a server in demo mode.
import http from "node:http";
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:3000" },
    streams: { type: "string", default: "1000" },
    rate: { type: "string", default: "50" },
    seconds: { type: "string", default: "20" },
  },
});
const url = new URL(options.url);
const [streamCount, rate, seconds] = [options.streams, options.rate, options.seconds].map(Number);
const writers = new http.Agent({ keepAlive: true, maxSockets: 16 });
let cookie = "";

function call(name, input) {
  const body = JSON.stringify(input);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body), cookie };
  return new Promise((resolve, reject) => {
    const request = http.request(new URL(`/api/fn/${name}`, url), { method: "POST", headers, agent: writers }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => {
        const text = Buffer.concat(parts).toString();
        if (answer.statusCode >= 300) return reject(new Error(`${name}: ${answer.statusCode} ${text}`));
        cookie ||= (answer.headers["set-cookie"] ?? []).map((one) => one.split(";")[0]).join("; ");
        resolve(text && JSON.parse(text));
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function create(record_type, all) {
  const changes = all.map((values) => ({ do: "create", id: randomUUID(), values }));
  await call("apply", { command: { record_type, changes, all_or_nothing: true } });
  return changes.map((change) => change.id);
}

// `xid-id`, ordered as the log is read; both stay far below 2^53.
const isBefore = (a, b) => {
  const [[ax, ai], [bx, bi]] = [a, b].map((cursor) => cursor.split("-").map(Number));
  return ax < bx || (ax === bx && ai < bi);
};

const [ROW, VERSION] = ['"row":{"id":"', '","version":'];

function field(message, name) {
  const start = message.startsWith(name) ? 0 : message.indexOf(`\n${name}`) + 1;
  if (start === 0 && !message.startsWith(name)) return undefined;
  const end = message.indexOf("\n", start);
  return message.slice(start + name.length, end < 0 ? undefined : end);
}

// One stream: counts moves, checks their order, and times them.
function open(moves, sent, late) {
  const stream = { moves: 0, disorder: 0, last: "0-0", ended: false };
  return new Promise((resolve, reject) => {
    const request = http.get(new URL("/api/v1/events", url), { headers: { cookie }, agent: false }, (answer) => {
      if (answer.statusCode !== 200) return reject(new Error(`stream: ${answer.statusCode}`));
      let rest = "";
      answer.setEncoding("utf8");
      answer.on("data", (text) => {
        const messages = (rest + text).split("\n\n");
        rest = messages.pop();
        for (const message of messages) take(message);
        resolve(stream);
      });
      answer.on("close", () => (stream.ended = true));
    });
    request.on("error", reject);
    // Plain searches: with 50,000 messages a second the reader must not be what is slow.
    const take = (message) => {
      const cursor = field(message, "id: ");
      if (cursor && isBefore(cursor, stream.last)) stream.disorder += 1;
      stream.last = cursor ?? stream.last;
      const start = message.indexOf(ROW);
      if (start < 0) return;
      const from = start + ROW.length;
      const id = message.slice(from, from + 36);
      if (!moves.has(id)) return;
      const version = parseInt(message.slice(from + 36 + VERSION.length), 10);
      stream.moves += 1;
      const at = sent.get(`${id} ${version}`);
      if (at) late.push(performance.now() - at);
    };
  });
}

await call("sign_in", { email: "admin@demo.guanxi.test", password: "guanxi-demo" });
const [pipeline] = await create("pipeline", [{ name: `Load ${randomUUID().slice(0, 8)}`, currency: "USD" }]);
const stages = await create("stage", [0, 1].map((n) => ({ pipeline_id: pipeline, name: `Stage ${n}`, position: n, probability: 10 })));
const deals = await create("opportunity", Array.from({ length: 200 }, (_, n) => ({ name: `Deal ${n}`, stage_id: stages[0] })));

const [moves, sent, late, streams] = [new Set(deals), new Map(), [], []];
while (streams.length < streamCount) {
  const batch = Math.min(50, streamCount - streams.length);
  streams.push(...(await Promise.all(Array.from({ length: batch }, () => open(moves, sent, late)))));
}
// What making the deals told is not counted.
await new Promise((resolve) => setTimeout(resolve, 2_000));
for (const stream of streams) stream.moves = 0;
late.length = 0;

const [begun, total, pending] = [performance.now(), rate * seconds, []];
const versions = new Map(deals.map((id) => [id, 1]));
for (let n = 0; n < total; n++) {
  const wait = begun + (n * 1_000) / rate - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const id = deals[n % deals.length];
  const version = versions.get(id) + 1;
  versions.set(id, version);
  sent.set(`${id} ${version}`, performance.now());
  const values = { stage_id: stages[version % 2 === 0 ? 1 : 0], rank: "top" };
  pending.push(call("apply", { command: { record_type: "opportunity", changes: [{ do: "update", id, values }], all_or_nothing: true } }));
}
await Promise.all(pending);
const wrote = (performance.now() - begun) / 1_000;
const behind = () => streams.filter((stream) => stream.moves < total).length;
for (const deadline = performance.now() + 30_000; behind() && performance.now() < deadline; ) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
late.sort((a, b) => a - b);
const percentile = (share) => Math.round(late[Math.floor((late.length - 1) * share)] ?? NaN);
const report = {
  streams: streams.length,
  moves: total,
  moves_per_second: Math.round(total / wrote),
  complete: streams.filter((stream) => stream.moves === total).length,
  out_of_order: streams.filter((stream) => stream.disorder).length,
  ended: streams.filter((stream) => stream.ended).length,
  delay_ms: { median: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), worst: percentile(1) },
};
console.log(JSON.stringify(report, null, 2));
process.exit(report.complete === streams.length && !report.out_of_order ? 0 : 1);
