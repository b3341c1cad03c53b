// The board, as two colleagues use it: drags by mouse, finger and keys, live moves, required fields, filters.
import type { Browser, Locator, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { create, createAll, expect, press, signIn, test } from "./product.js";

async function asUser(browser: Browser, who: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, who);
  return page;
}

interface Pipeline { id: string; first: string; second: string; won: string; lost: string }

// A pipeline of its own, so that tests side by side do not see each other.
async function pipeline(page: Page, second: object = {}): Promise<Pipeline> {
  const id = await create(page, "pipeline", { name: `Board ${randomUUID().slice(0, 8)}`, currency: "USD" });
  const stages = await createAll(page, "stage", [
    { pipeline_id: id, name: "First", position: 1, probability: 10 },
    { pipeline_id: id, name: "Second", position: 2, probability: 50, ...second },
    { pipeline_id: id, name: "Won", position: 3, outcome: "won" },
    { pipeline_id: id, name: "Lost", position: 4, outcome: "lost" },
  ]);
  return { id, first: stages[0], second: stages[1], won: stages[2], lost: stages[3] };
}

const deals = (page: Page, stage_id: string, names: string[], more: object = {}) =>
  createAll(page, "opportunity", names.map((name) => ({ name, stage_id, rank: "top", ...more })));

const lane = (page: Page, stage: string) => page.locator(`.lane[data-stage="${stage}"]`);
const card = (page: Page, id: string) => page.locator(`.lane .card[data-id="${id}"]`);
const cardIn = (page: Page, stage: string, id: string) => lane(page, stage).locator(`.card[data-id="${id}"]`);
const names = (within: Locator) => within.locator(".card[data-id] .card-title").allInnerTexts();

// The live stream never rests: the page is ready when it has been taken over and answers.
async function openBoard(page: Page, pipeline: string, more = "") {
  await page.goto(`/pipeline?pipeline=${pipeline}${more}`);
  const menu = page.locator(".menu-list:popover-open");
  await press(page.getByRole("button", { name: /saved|view|视图/i }).first(), menu);
  await page.keyboard.press("Escape");
}

async function drag(page: Page, what: Locator, to: Locator) {
  await lift(page, what, to);
  await page.mouse.up();
}

// Holds it over its goal.
async function lift(page: Page, what: Locator, to: Locator) {
  const from = (await what.boundingBox())!;
  const goal = (await to.boundingBox())!;
  await page.mouse.move(from.x + 40, from.y + 60);
  await page.mouse.down();
  await page.mouse.move(from.x + 50, from.y + 66, { steps: 3 });
  await page.mouse.move(goal.x + goal.width / 2, goal.y + 20, { steps: 12 });
  await expect(page.locator(".card-placeholder")).toBeVisible();
}

test("a drag moves the card, and a colleague sees it within a second", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "manager")];
  const board = await pipeline(mine);
  // The manager's own deals: an administrator's are not for a manager to see.
  const [a, b] = await deals(theirs, board.first, ["Alpha", "Beta"], { amount: "1000" });
  await openBoard(mine, board.id);
  await openBoard(theirs, board.id);
  await drag(mine, card(mine, a), lane(mine, board.second).locator(".lane-cards"));
  await expect(cardIn(mine, board.second, a)).toBeVisible();
  await expect(cardIn(theirs, board.second, a)).toBeVisible({ timeout: 1_000 });
  for (const page of [mine, theirs]) {
    await expect(lane(page, board.second).locator("[data-total=sum]")).toHaveAttribute("value", "1000.00");
    await expect(lane(page, board.second).locator("[data-total=weighted]")).toHaveAttribute("value", /^500(\.0+)?$/);
    await expect(lane(page, board.first).locator("h2 .count")).toHaveText("1");
  }
  await mine.reload();
  await expect(cardIn(mine, board.second, a)).toBeVisible();
  await expect(cardIn(mine, board.first, b)).toBeVisible();
});

test("the order within a column is kept and can be taken back, once it has been answered", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a, b, c] = await deals(page, board.first, ["A", "B", "C"]);
  await openBoard(page, board.id);
  await drag(page, card(page, c), card(page, a));
  await expect.poll(() => names(lane(page, board.first))).toEqual(["C", "A", "B"]);
  await expect(page.locator(".card[data-saving], .card[data-glide]")).toHaveCount(0);
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/fn/apply", async (route) => {
    await held;
    await route.continue();
  });
  await drag(page, card(page, b), card(page, c));
  await expect(page.locator(".card[data-saving]")).toHaveCount(1);
  await page.locator("h1").click();
  // The move before this one stays.
  await page.keyboard.press("Control+z");
  answer();
  await expect(page.locator(".card[data-saving]")).toHaveCount(0);
  expect(await names(lane(page, board.first))).toEqual(["B", "C", "A"]);
  await page.keyboard.press("Control+z");
  await expect.poll(() => names(lane(page, board.first))).toEqual(["C", "A", "B"]);
});

test("the keyboard moves cards and says so", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a] = await deals(page, board.first, ["A", "B"]);
  await openBoard(page, board.id);
  await card(page, a).locator(".card-title").focus();
  await page.keyboard.press("Space");
  await expect(page.locator("[aria-live=assertive]")).toContainText("A");
  await page.keyboard.press("ArrowRight");
  await expect(lane(page, board.second).locator(".card-placeholder")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(cardIn(page, board.first, a)).toBeVisible();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(cardIn(page, board.second, a)).toBeVisible();
  await expect(card(page, a).locator(".card-title")).toBeFocused();
});

test("the menu does what dragging does @phone", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a] = await deals(page, board.first, ["A", "B"]);
  await openBoard(page, board.id);
  await card(page, a).locator(".card-menu button").first().click();
  await page.getByRole("menuitemradio", { name: "Second" }).click();
  await expect(cardIn(page, board.second, a)).toBeAttached();
});

test("a stage asks for just what it needs; cancelling puts the card back", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page, { required_fields: ["amount"] });
  const [a] = await deals(page, board.first, ["A"]);
  await openBoard(page, board.id);
  const dialog = page.locator("dialog[open]");
  await drag(page, card(page, a), lane(page, board.second).locator(".lane-cards"));
  await expect(dialog.locator("#ask-amount")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(cardIn(page, board.first, a)).toBeVisible();
  await drag(page, card(page, a), lane(page, board.second).locator(".lane-cards"));
  await dialog.locator("#ask-amount").fill("1,200");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(cardIn(page, board.second, a).locator("[value='1200.00']")).toBeVisible();
});

test("lost asks why, won proposes the next step", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a, b] = await deals(page, board.first, ["A", "B"]);
  await openBoard(page, board.id);
  const dialog = page.locator("dialog[open]");
  await drag(page, card(page, a), lane(page, board.lost).locator(".lane-cards"));
  await dialog.locator("#ask-lost_reason").selectOption("price");
  await page.locator("dialog[open] .button[data-kind=primary]").click();
  await expect(cardIn(page, board.lost, a)).toBeVisible();
  await drag(page, card(page, b), lane(page, board.won).locator(".lane-cards"));
  await expect(dialog).toContainText("B");
  await dialog.locator(".won-steps button").first().click();
  await expect(page.locator(".toast").last()).toBeVisible();
});

test("a new stage, here or in another pipeline, takes no card out of one's hand", async ({ page, context }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a] = await deals(page, board.first, ["A", "B"]);
  await openBoard(page, board.id);
  // A second tab hears everything from the first.
  const second = await context.newPage();
  await openBoard(second, board.id);
  await page.bringToFront();
  await lift(page, card(page, a), lane(page, board.second).locator(".lane-cards"));
  await pipeline(page);
  await create(page, "stage", { pipeline_id: board.id, name: "Third", position: 3, probability: 60 });
  await expect(second.locator(".lane[data-stage]")).toHaveCount(5);
  await expect(page.locator(".card-placeholder")).toBeVisible();
  await page.mouse.up();
  await expect(cardIn(page, board.second, a)).toBeVisible();
  await expect(page.locator(".lane[data-stage]")).toHaveCount(5);
  // The board was drawn anew, and works.
  await drag(page, card(page, a), page.locator(".lane", { hasText: "Third" }).locator(".lane-cards"));
  await expect(page.locator(".lane", { hasText: "Third" }).locator(`.card[data-id="${a}"]`)).toBeVisible();
});

test("a refused move goes back and says why", async ({ page, context }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a] = await deals(page, board.first, ["A"]);
  await openBoard(page, board.id);
  await context.setOffline(true);
  await drag(page, card(page, a), lane(page, board.second).locator(".lane-cards"));
  await expect(cardIn(page, board.first, a)).toBeVisible();
  await expect(page.locator(".toast")).toBeVisible();
  await context.setOffline(false);
});

test("a board that could not be loaded comes by itself when the network is back", async ({ page, context }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a, b] = await deals(page, board.first, ["Apple", "Pear"]);
  await openBoard(page, board.id);
  await context.setOffline(true);
  await page.locator(".board-search input").fill("Apple");
  const failed = page.getByRole("button", { name: "Try again" });
  await expect(failed).toBeVisible();
  await context.setOffline(false);
  await expect(failed).toHaveCount(0);
  await expect(card(page, a)).toBeVisible();
  await expect(card(page, b)).toHaveCount(0);
});

test("a long column keeps few cards on the page and loads the rest by scrolling", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  await deals(page, board.first, Array.from({ length: 200 }, (_, n) => `Deal ${n}`));
  await openBoard(page, board.id);
  await expect(lane(page, board.first).locator("h2 .count")).toHaveText("200");
  const list = lane(page, board.first).locator(".lane-cards");
  await expect(async () => {
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await expect(list.getByText("Deal 199", { exact: true })).toBeVisible({ timeout: 300 });
  }).toPass();
  expect(await list.locator(".card[data-id]").count()).toBeLessThan(40);
});

test("the next cards of a column that could not be had come without scrolling on", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  await deals(page, board.first, Array.from({ length: 100 }, (_, n) => `Deal ${n}`));
  await openBoard(page, board.id);
  let refused = 0;
  await page.route("**/api/fn/board_cards", (route) => {
    refused += 1;
    return route.abort();
  });
  const list = lane(page, board.first).locator(".lane-cards");
  const height = () => list.evaluate((element) => element.scrollHeight);
  await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(() => refused).toBeGreaterThan(0);
  const before = await height();
  await page.unroute("**/api/fn/board_cards");
  await expect.poll(height).toBeGreaterThan(before);
});

test("filters stand in the address, and Back takes them away", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [small, big] = await deals(page, board.first, ["Small"], { amount: "10" }).then(async (ids) => [
    ...ids, ...(await deals(page, board.first, ["Big"], { amount: "9000" })),
  ]);
  await openBoard(page, board.id);
  await page.locator(".board-bar .chip").last().click();
  await page.locator("#filter-min").fill("5000");
  await page.locator("dialog[open] .button[data-kind=primary]").click();
  await expect(page).toHaveURL(/min=5000/);
  await expect(card(page, small)).toBeHidden();
  await expect(card(page, big)).toBeVisible();
  // What stayed on the board can still be moved.
  await drag(page, card(page, big), lane(page, board.second).locator(".lane-cards"));
  await expect(cardIn(page, board.second, big)).toBeVisible();
  await page.goBack();
  await expect(card(page, small)).toBeVisible();
  await page.goForward();
  await expect(card(page, small)).toBeHidden();
  await page.getByRole("button", { name: /^Remove filter/ }).click();
  await expect(card(page, small)).toBeVisible();
  await expect(page.locator("#board-filters")).toBeFocused();
});

test("a deal is added at the top of its column", async ({ page }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  await deals(page, board.first, ["Old"]);
  await openBoard(page, board.id);
  await lane(page, board.first).locator(".lane-head .button").click();
  await expect(lane(page, board.first).locator(".card-form input").first()).toBeFocused();
  await page.keyboard.type("Fresh");
  await page.keyboard.press("Enter");
  await expect.poll(() => names(lane(page, board.first))).toEqual(["Fresh", "Old"]);
});

test("a finger holds, drags and drops a card @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "needs a touch screen");
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [a] = await deals(page, board.first, ["A", "B", "C"]);
  await openBoard(page, board.id);
  const from = (await card(page, a).boundingBox())!;
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", x: number, y: number) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  const [x, y] = [from.x + 60, from.y + 60];
  await touch("touchStart", x, y);
  await expect(page.locator(".card[data-held]")).toBeVisible();
  for (let step = 1; step <= 10; step++) await touch("touchMove", x, y + step * 32);
  await touch("touchEnd", x, y + 320);
  await expect.poll(() => names(lane(page, board.first))).toEqual(["B", "C", "A"]);
});

test("the board is taken over without a complaint @phone", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await signIn(page, "admin");
  const board = await pipeline(page);
  await deals(page, board.first, ["A", "B"], { tags: ["vip"], expected_close: "2020-01-01", amount: "5" });
  await openBoard(page, board.id);
  expect(complaints).toEqual([]);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(wide).toBe(false);
});
