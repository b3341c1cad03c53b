// The live stream: one per browser, resumed without loss, ended with the session; and who else is here.
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, signIn, test } from "./product.js";

async function signedIn(browser: Browser, who: string): Promise<[BrowserContext, Page]> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, who);
  return [context, page];
}

interface Board { address: string; stages: string[]; deals: string[] }

// Only an administrator makes pipelines; the deals belong to the one who looks at them.
async function board(admin: Page, owner: Page, names: string[]): Promise<Board> {
  const id = await create(admin, "pipeline", { name: `Live ${randomUUID().slice(0, 8)}`, currency: "USD" });
  const stage = (name: string, position: number) => ({ pipeline_id: id, name, position, probability: 10 });
  const stages = await createAll(admin, "stage", ["First", "Second", "Third"].map(stage));
  const deals = await createAll(owner, "opportunity", names.map((name) => ({ name, stage_id: stages[0], rank: "bottom" })));
  return { address: `/pipeline?pipeline=${id}`, stages, deals };
}

const move = (page: Page, id: string, stage_id: string) =>
  call(page, "apply", {
    command: { record_type: "opportunity", changes: [{ do: "update", id, values: { stage_id, rank: "top" } }], all_or_nothing: true },
  });

const cardIn = (page: Page, stage: string, id: string) =>
  page.locator(`.lane[data-stage="${stage}"] .card[data-id="${id}"]`);

// Which cards stand where, top to bottom.
const layout = (page: Page) =>
  page.locator(".lane[data-stage]").evaluateAll((lanes) =>
    lanes.map((lane) => [...lane.querySelectorAll(".card[data-id]")].map((card) => card.getAttribute("data-id"))));

// Streams that a page opens from now on.
function streams(page: Page): string[] {
  const opened: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/events")) opened.push(request.url());
  });
  return opened;
}

test("the tabs of a browser share one stream, and pass it on when the one that holds it closes", async ({ browser }) => {
  const [context, first] = await signedIn(browser, "manager");
  const [, colleague] = await signedIn(browser, "admin");
  const { address, stages, deals } = await board(colleague, first, ["Alpha", "Beta"]);
  const firstStreams = streams(first);
  await first.goto(address);
  await expect.poll(() => firstStreams.length).toBeGreaterThan(0);
  const second = await context.newPage();
  const secondStreams = streams(second);
  await second.goto(address);
  await expect(cardIn(second, stages[0], deals[0])).toBeVisible();
  await move(colleague, deals[0], stages[1]);
  for (const page of [first, second]) await expect(cardIn(page, stages[1], deals[0])).toBeVisible();
  expect(secondStreams).toEqual([]);
  await first.close();
  await move(colleague, deals[1], stages[2]);
  await expect(cardIn(second, stages[2], deals[1])).toBeVisible();
  expect(secondStreams.length).toBeGreaterThan(0);
});

test("after a cut network the board is what a fresh one is", async ({ browser }) => {
  const [context, page] = await signedIn(browser, "manager");
  const [, colleague] = await signedIn(browser, "admin");
  const { address, stages, deals } = await board(colleague, page, Array.from({ length: 10 }, (_, n) => `Deal ${n}`));
  const opened = streams(page);
  await page.goto(address);
  await expect.poll(() => opened.length).toBeGreaterThan(0);
  // Pointed at, a board keeps more cards ready than one sees.
  await page.locator(".board").hover();
  await expect(cardIn(page, stages[0], deals[0])).toBeVisible();
  await context.setOffline(true);
  await expect(page.locator(".connection[data-state=offline]").first()).toBeAttached();
  for (let n = 0; n < 50; n++) await move(colleague, deals[(n * 7) % 10], stages[(n * 3 + 1) % 3]);
  await context.setOffline(false);
  await colleague.goto(address);
  await colleague.locator(".board").hover();
  await expect.poll(async () => (await layout(colleague)).flat().length).toBe(10);
  const fresh = await layout(colleague);
  await expect.poll(() => layout(page)).toEqual(fresh);
  await expect(page.locator(".connection[data-state=live]").first()).toBeAttached();
});

test("colleagues see who else has a customer open", async ({ browser }) => {
  const [, mine] = await signedIn(browser, "admin");
  const [, theirs] = await signedIn(browser, "manager");
  // What a manager may read, an administrator may read too.
  const shared = await create(theirs, "customer", { name: `Viewed ${randomUUID().slice(0, 8)}` });
  // One after the other, each listening before the next comes.
  for (const page of [mine, theirs]) {
    await Promise.all([page.waitForResponse(/\/api\/v1\/events/), page.goto(`/customers/${shared}`)]);
  }
  for (const page of [mine, theirs]) await expect(page.locator(".viewers .avatar")).toHaveCount(1);
  await theirs.goto("/");
  await expect(mine.locator(".viewers .avatar")).toHaveCount(0);
});

test("whoever signs out elsewhere is led to the sign-in page", async ({ browser }) => {
  const [context, page] = await signedIn(browser, "manager");
  await page.goto("/pipeline");
  const other = await context.newPage();
  await other.goto("/sign-in");
  await call(other, "sign_out", {});
  await page.waitForURL(/sign-in/, { timeout: 10_000 });
});

test("nobody gets a stream without a session", async ({ request }) => {
  const answer = await request.get("/api/v1/events");
  expect(answer.status()).toBe(401);
  expect(answer.headers()["content-type"]).toBe("application/problem+json");
  expect(await answer.json()).toMatchObject({ status: 401, code: "unauthenticated" });
  const forged = await request.get("/api/v1/events", { headers: { authorization: "Bearer gx_forged" } });
  expect(forged.status()).toBe(401);
});
