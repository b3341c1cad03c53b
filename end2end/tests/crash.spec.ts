// What was acknowledged is there: the server is killed while sixteen clients write as fast as they can, with its embedded
// Postgres, and everything that it had answered for is read back after the next start.
import { expect, test } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { OwnServer } from "./own_server.js";

// Writes one record after the other until the server is gone; keeps the names that were acknowledged.
async function write(server: OwnServer, cookie: string, acknowledged: Map<string, string>): Promise<void> {
  for (;;) {
    const [id, name] = [randomUUID(), `Crash ${randomUUID()}`];
    const command = { record_type: "tag", changes: [{ do: "create", id, values: { name } }], all_or_nothing: true };
    try {
      await (await server.call("apply", { command }, cookie)).text();
    } catch {
      return;
    }
    acknowledged.set(id, name);
  }
}

// The tags of the organisation, name by id.
async function tags(server: OwnServer, cookie: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let cursor: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: "200", ...(cursor ? { cursor } : {}) });
    const answer = await server.get(`/api/v1/tags?${query}`, cookie);
    expect(answer.status).toBe(200);
    const page = (await answer.json()) as { items: { id: string; name: string }[]; next: string | null };
    page.items.forEach(({ id, name }) => found.set(id, name));
    cursor = page.next;
    if (!cursor) return found;
  }
}

test("kill -9 amid writes from sixteen clients loses nothing that was acknowledged", async () => {
  test.setTimeout(180_000);
  const server = new OwnServer(3198);
  try {
    await server.start("--demo");
    const cookie = await server.signIn();
    const acknowledged = new Map<string, string>();
    const began = performance.now();
    const writers = Array.from({ length: 16 }, () => write(server, cookie, acknowledged));
    await expect.poll(() => acknowledged.size, { timeout: 60_000, intervals: [20] }).toBeGreaterThan(600);
    server.kill();
    const rate = acknowledged.size / ((performance.now() - began) / 1000);
    await Promise.all([...writers, server.ended()]);
    console.log(`${acknowledged.size} writes acknowledged, ${Math.round(rate)} a second`);
    await server.start("--demo");
    const kept = await tags(server, await server.signIn());
    const lost = [...acknowledged].filter(([id, name]) => kept.get(id) !== name);
    expect(lost).toEqual([]);
  } finally {
    await server.remove();
  }
});
