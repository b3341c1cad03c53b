// What somebody may not see is nowhere: not on a page, not in an answer, not in the stream; be they of another
// organisation on the same server, or a representative whose rights end at their own team.
import { randomUUID } from "node:crypto";
import { OwnServer, cookies } from "./own_server.js";
import { expect, test } from "./product.js";

const server = new OwnServer(3197);
const password = "a phrase of the other house";
const secret = `Secret ${randomUUID()}`;
const customer = randomUUID();
const deal = randomUUID();
let admin = "";

const apply = (cookie: string, record_type: string, change: object) =>
  server.call("apply", { command: { record_type, changes: [change], all_or_nothing: true } }, cookie);

async function list(path: string, cookie: string): Promise<Record<string, string>[]> {
  const answer = await server.get(`/api/v1/${path}`, cookie);
  return ((await answer.json()) as { items: Record<string, string>[] }).items;
}

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  test.setTimeout(120_000);
  await server.start();
  const organisation = {
    org_name: "The other house", name: "Stranger", email: "stranger@example.com", password, locale: "en",
    timezone: "Europe/Berlin", currency: "EUR",
  };
  cookies(await server.call("set_up", { organisation }));
  await server.run("demo");
  admin = await server.signIn();
  // The administrator's own, in no team: colleagues with rights on a team don't reach it.
  await apply(admin, "customer", { do: "create", id: customer, values: { name: secret, phones: ["+86 138 1234 5678"], team_id: null } });
  const [stage] = await list("stages?limit=1&sort=position", admin);
  const values = { name: secret, customer_id: customer, stage_id: stage!.id, amount: "1200", team_id: null };
  await apply(admin, "opportunity", { do: "create", id: deal, values });
});

test.afterAll(() => server.remove());

for (const [who, email, key] of [
  ["a user of another organisation", "stranger@example.com", password],
  ["a representative of another team", "rep2@demo.guanxi.test", "guanxi-demo"],
] as const) {
  test(`${who} gets nothing from the API`, async () => {
    const cookie = await server.signIn(email, key);
    for (const path of [`customers/${customer}`, `opportunities/${deal}`]) {
      expect((await server.get(`/api/v1/${path}`, admin)).status).toBe(200);
      expect((await server.get(`/api/v1/${path}`, cookie)).status).toBe(404);
    }
    const addresses = ["customers?limit=200", "opportunities?limit=200", "activities?limit=200"].map((path) => `/api/v1/${path}`);
    for (const address of [...addresses, "/api/export/customers.csv", "/api/export/opportunities.csv"]) {
      expect(await (await server.get(address, cookie)).text(), address).not.toContain(secret);
    }
    const found = (words: string) => server.call("search", { words }, cookie).then((answer) => answer.text());
    expect(await found(secret)).not.toContain(customer);
    expect(await found("13812345678")).not.toContain(customer);
    for (const change of [{ do: "update", id: customer, values: { name: "Mine" } }, { do: "archive", id: customer }]) {
      await expect(apply(cookie, "customer", change)).rejects.toThrow(/404/);
    }
  });

  test(`${who} finds nothing on a page`, async ({ page }) => {
    await page.goto(`${server.base}/sign-in`);
    const cookie = await server.signIn(email, key);
    const [name, value] = cookie.split("; ").find((pair) => pair.startsWith("gx_session="))!.split("=");
    await page.context().addCookies([{ name: name!, value: value!, url: server.base }]);
    for (const path of ["/", "/customers", `/customers/${customer}`, "/pipeline", `/opportunities/${deal}`, "/opportunities"]) {
      const [, answer] = await Promise.all([page.waitForRequest("**/api/v1/events*"), page.goto(server.base + path)]);
      expect(answer!.status(), path).toBe(path.endsWith(customer) || path.endsWith(deal) ? 404 : 200);
      await expect(page.locator(".skeleton:not(.lane *)")).toHaveCount(0);
      expect(await page.content(), path).not.toContain(secret);
      expect(await page.locator("body").innerText(), path).not.toContain(secret);
    }
  });

  test(`${who} hears nothing on the stream`, async () => {
    const cookie = await server.signIn(email, key);
    const stop = new AbortController();
    const stream = await fetch(`${server.base}/api/v1/events`, { headers: { cookie }, signal: stop.signal });
    expect(stream.status).toBe(200);
    // Changed, archived, brought back; then something of their own, after which nothing of it can come any more.
    await apply(admin, "customer", { do: "update", id: customer, values: { website: "https://example.com" } });
    await apply(admin, "opportunity", { do: "update", id: deal, values: { amount: "1300" } });
    for (const act of ["archive", "restore"]) await apply(admin, "opportunity", { do: act, id: deal });
    const mark = randomUUID();
    await apply(cookie, "customer", { do: "create", id: mark, values: { name: `Mark ${mark}` } });
    const [reader, decoder] = [stream.body!.getReader(), new TextDecoder()];
    let heard = "";
    while (!heard.includes(mark)) heard += decoder.decode((await reader.read()).value, { stream: true });
    stop.abort();
    for (const word of [secret, customer, deal]) expect(heard).not.toContain(word);
  });
}
