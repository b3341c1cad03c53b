// What was acknowledged is there: the server is killed while sixteen clients write as fast as they can, with its embedded
// Postgres, and everything that it had answered for is read back after the next start.
import { expect, test } from "@playwright/test";
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const target = resolve(import.meta.dirname, "../..", process.env.CARGO_TARGET_DIR ?? "target");
const port = 3198;
const base = `http://127.0.0.1:${port}`;

// Another folder in each run; no DATABASE_URL, so Postgres is the server's own.
function start(data: string): ChildProcess {
  const { DATABASE_URL: _, ...environment } = process.env;
  const env = { ...environment, GUANXI_ADDR: `127.0.0.1:${port}`, GUANXI_DATA: data, GUANXI_LOG: "error" };
  return spawn(join(target, "debug/guanxi"), ["serve", "--demo"], { env, stdio: ["ignore", "ignore", "inherit"] });
}

const ended = (server: ChildProcess) => new Promise<void>((done) => (server.exitCode === null && !server.signalCode ? server.once("exit", () => done()) : done()));

const ready = () => expect.poll(() => fetch(`${base}/readyz`).then((answer) => answer.status, () => 0), { timeout: 60_000 }).toBe(200);

async function call(name: string, input: object, cookie = ""): Promise<Response> {
  const headers = { "content-type": "application/json", cookie };
  const answer = await fetch(`${base}/api/fn/${name}`, { method: "POST", headers, body: JSON.stringify(input) });
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function signIn(): Promise<string> {
  const answer = await call("sign_in", { email: "admin@demo.guanxi.test", password: "guanxi-demo" });
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

// Writes one record after the other until the server is gone; keeps the names that were acknowledged.
async function write(cookie: string, acknowledged: Map<string, string>): Promise<void> {
  for (;;) {
    const [id, name] = [randomUUID(), `Crash ${randomUUID()}`];
    const command = { record_type: "tag", changes: [{ do: "create", id, values: { name } }], all_or_nothing: true };
    try {
      await (await call("apply", { command }, cookie)).text();
    } catch {
      return;
    }
    acknowledged.set(id, name);
  }
}

// The tags of the organisation, name by id.
async function tags(cookie: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: "200", ...(cursor ? { cursor } : {}) });
    const answer = await fetch(`${base}/api/v1/tags?${query}`, { headers: { cookie } });
    expect(answer.status).toBe(200);
    const page = (await answer.json()) as { items: { id: string; name: string }[]; next: string | null };
    page.items.forEach(({ id, name }) => found.set(id, name));
    cursor = page.next;
    if (!cursor) return found;
  }
}

test("kill -9 amid writes from sixteen clients loses nothing that was acknowledged", async () => {
  test.setTimeout(180_000);
  const data = mkdtempSync(join(tmpdir(), "guanxi-crash-"));
  let server = start(data);
  try {
    await ready();
    const cookie = await signIn();
    const acknowledged = new Map<string, string>();
    const began = performance.now();
    const writers = Array.from({ length: 16 }, () => write(cookie, acknowledged));
    await expect.poll(() => acknowledged.size, { timeout: 60_000, intervals: [20] }).toBeGreaterThan(600);
    server.kill("SIGKILL");
    const rate = acknowledged.size / ((performance.now() - began) / 1000);
    await Promise.all([...writers, ended(server)]);
    console.log(`${acknowledged.size} writes acknowledged, ${Math.round(rate)} a second`);
    server = start(data);
    await ready();
    const kept = await tags(await signIn());
    const lost = [...acknowledged].filter(([id, name]) => kept.get(id) !== name);
    expect(lost).toEqual([]);
  } finally {
    server.kill("SIGTERM");
    await ended(server);
    rmSync(data, { recursive: true, force: true });
  }
});
