// Filters of lists on the board: made here or there, kept from one to the other, and followed live.
import type { Browser, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, chooseField, create, createAll, expect, press, signIn, test } from "./product.js";

const card = (page: Page, id: string) => page.locator(`.lane .card[data-id="${id}"]`);
const count = (page: Page, stage: string) => page.locator(`.lane[data-stage="${stage}"] h2 .count`);
const row = (page: Page, id: string) => page.locator(`tbody tr[data-id="${id}"]`);
const chips = (page: Page) => page.locator(".chips .chip[data-set]");
const way = (page: Page, name: string) => page.getByRole("navigation", { name: "Shown as" }).getByRole("link", { name });

// A pipeline of its own with one open stage, which a phone shows first.
async function pipeline(page: Page): Promise<{ id: string; stage: string }> {
  const id = await create(page, "pipeline", { name: `Filters ${randomUUID().slice(0, 8)}`, currency: "USD" });
  const [stage] = await createAll(page, "stage", [
    { pipeline_id: id, name: "First", position: 1, probability: 10 },
    { pipeline_id: id, name: "Won", position: 2, outcome: "won" },
    { pipeline_id: id, name: "Lost", position: 3, outcome: "lost" },
  ]);
  return { id, stage: stage! };
}

// What happens elsewhere.
async function elsewhere(browser: Browser) {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, "admin");
  return (record_type: string, id: string, values: object) =>
    call(page, "apply", { command: { record_type, changes: [{ do: "update", id, values }] } });
}

test("a list's filters go with one to the board and back, and cards come and go with them @phone", async ({ page, browser }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [first, second, mail] = (await createAll(page, "opportunity", [
    { name: "First", stage_id: board.stage, next_step: "Call them", amount: "10" },
    { name: "Second", stage_id: board.stage, next_step: "Recall", amount: "20" },
    { name: "Third", stage_id: board.stage, next_step: "Mail", amount: "40" },
  ])) as [string, string, string];
  const here = JSON.stringify([{ field: { field: "pipeline_id", op: "eq", value: board.id } }]);
  await page.goto(`/opportunities?sort=-name&f=${encodeURIComponent(here)}`);
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(3);
  const dialog = page.locator("dialog[open]");
  await press(page.locator(".chip[data-add]"), dialog);
  await chooseField(dialog, "next_step");
  await dialog.locator("#filter-op").selectOption("contains");
  await dialog.locator("#filter-value").fill("call");
  await dialog.locator("button[data-kind=primary]").click();
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(2);

  await way(page, "Board").click();
  await expect(page).toHaveURL(new RegExp(`/pipeline\\?.*pipeline=${board.id}`));
  await expect(card(page, first)).toBeVisible();
  await expect(card(page, second)).toBeVisible();
  await expect(card(page, mail)).toHaveCount(0);
  await expect(count(page, board.stage)).toHaveText("2");
  await expect(page.locator(`.lane[data-stage="${board.stage}"] [data-total=sum]`)).toHaveAttribute("value", /^30(\.0+)?$/);
  await expect(chips(page)).toHaveText(["Next step contains call"]);

  const change = await elsewhere(browser);
  await change("opportunity", second, { next_step: "Wait" });
  await expect(card(page, second)).toHaveCount(0);
  await expect(count(page, board.stage)).toHaveText("1");
  await change("opportunity", mail, { next_step: "Call back" });
  await expect(card(page, mail)).toBeVisible();
  await expect(count(page, board.stage)).toHaveText("2");

  // What the board adds goes along; the order of the list is still known.
  await page.getByRole("button", { name: "My deals" }).click();
  await expect(page).toHaveURL(/owner=%40me/);
  await way(page, "List").click();
  await expect(page).toHaveURL(/\/opportunities\?.*sort=-name/);
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(2);
  await expect(row(page, second)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Mine", exact: true })).toHaveAttribute("aria-pressed", "true");
  await expect(chips(page).filter({ hasText: "Next step contains call" })).toHaveCount(1);
  await way(page, "Calendar").click();
  await expect(chips(page).filter({ hasText: "Next step contains call" })).toHaveCount(1);

  // The board leads to itself as it is; without the condition it shows all again.
  await way(page, "Board").click();
  await expect(count(page, board.stage)).toHaveText("2");
  await way(page, "Board").click();
  await expect(chips(page)).toHaveText(["Next step contains call"]);
  await chips(page).locator(".chip-remove").click();
  await expect(card(page, second)).toBeVisible();
  await expect(count(page, board.stage)).toHaveText("3");
  await expect(page).not.toHaveURL(/[?&]f=/);
});

test("a condition on related records is made on the board, and their changes are followed @phone", async ({ page, browser }) => {
  await signIn(page, "admin");
  const board = await pipeline(page);
  const [retail, energy] = (await createAll(page, "customer", [
    { name: `Shop ${board.id}`, kind: "company", industry: "retail" },
    { name: `Plant ${board.id}`, kind: "company", industry: "energy" },
  ])) as [string, string];
  const [one, other] = (await createAll(page, "opportunity", [
    { name: "One", stage_id: board.stage, customer_id: retail },
    { name: "Other", stage_id: board.stage, customer_id: energy },
  ])) as [string, string];
  await page.goto(`/pipeline?pipeline=${board.id}`);
  const outer = page.locator("dialog[open]").first();
  await press(page.locator("#board-filters"), outer);
  const inner = page.locator("dialog[open] dialog[open]");
  await press(outer.locator(".chip[data-add]"), inner);
  await chooseField(inner, "customer_id.industry");
  await inner.locator("#filter-op").selectOption("eq");
  await inner.locator("#filter-value").selectOption("retail");
  await inner.locator("button[data-kind=primary]").click();
  await expect(inner).toHaveCount(0);
  await expect(outer.locator(".chip[data-set]")).toContainText("Industry is Retail");
  // Nothing holds before it is applied.
  await expect(card(page, other)).toHaveCount(1);
  await outer.locator(":scope > .dialog-foot button[data-kind=primary]").click();
  await expect(page).toHaveURL(/[?&]f=/);
  await expect(card(page, one)).toBeVisible();
  await expect(card(page, other)).toHaveCount(0);
  await expect(count(page, board.stage)).toHaveText("1");

  const change = await elsewhere(browser);
  await change("customer", energy, { industry: "retail" });
  await expect(card(page, other)).toBeVisible();
  await change("customer", retail, { industry: "energy" });
  await expect(card(page, one)).toHaveCount(0);

  // A link to it shows the same, and its chip leads to where it is changed.
  await page.reload();
  await expect(card(page, other)).toBeVisible();
  await expect(card(page, one)).toHaveCount(0);
  const chip = chips(page).filter({ hasText: "Industry is Retail" });
  await press(chip.locator(".chip-words"), outer);
  await outer.locator("#filter-value").selectOption("energy");
  await outer.locator("button[data-kind=primary]").click();
  await expect(card(page, one)).toBeVisible();
  await expect(card(page, other)).toHaveCount(0);
});
