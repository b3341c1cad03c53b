// Real sales data comes in through the import page: four files at once, one near match to answer, the numbers on the
// board, nothing twice, and all of it taken back.
import type { Locator, Page } from "@playwright/test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { call, expect, signIn, test } from "./product.js";

const files = ["sales_pipeline.csv", "accounts.csv", "products.csv", "sales_teams.csv"];

// The data lies in shared/ beside the repository, or beside a folder around it.
function salesData(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const data = join(folder, "shared/data/sales");
    if (existsSync(data)) return data;
  }
  throw new Error("shared/data/sales is not there");
}

const primary = (page: Page) => page.locator(".page-body > * button[data-kind=primary], .page-body > button[data-kind=primary]");
const steps = (page: Page) => page.locator("ol.steps > li");
const figures = (page: Page) => page.locator(".figures .figure-value");

// The input answers once the script has taken over; while it reads, further choices are ignored.
async function choose(page: Page, chosen: Parameters<Locator["setInputFiles"]>[0]) {
  await page.goto("/import");
  await expect(async () => {
    await page.locator("input[type=file]").setInputFiles(chosen, { timeout: 1_000 });
    await expect(steps(page).nth(1)).toHaveAttribute("aria-current", "step", { timeout: 5_000 });
  }).toPass();
}

async function check(page: Page) {
  await primary(page).click();
  await expect(steps(page).nth(2)).toHaveAttribute("aria-current", "step");
  await expect(page.locator(".skeleton-rows")).toHaveCount(0, { timeout: 30_000 });
}

// Created, updated, unchanged, failed.
async function run(page: Page): Promise<string[]> {
  await expect(primary(page)).toBeEnabled();
  await primary(page).click();
  await expect(page).toHaveURL(/\/import\?run=/);
  await expect(figures(page)).toHaveCount(4, { timeout: 120_000 });
  return figures(page).allInnerTexts();
}

async function undo(page: Page) {
  await page.locator(".page-body .button-group button[data-kind=secondary]").last().click();
  await page.locator("dialog[open] button[data-kind=danger]").click();
  await expect(page.locator("dialog[open]")).toHaveCount(0, { timeout: 120_000 });
}

async function idOf(page: Page, record_type: string, name: string): Promise<string> {
  const query = { filter: { field: { field: "name", op: "eq", value: name } } };
  const found = await call<{ rows: { id: string }[] }>(page, "list_records", { record_type, query });
  expect(found.rows).toHaveLength(1);
  return found.rows[0].id;
}

const lane = (page: Page, title: string) => page.locator(".lane").filter({ has: page.locator("h2", { hasText: title }) });

test("the published sales data is imported, read off the board, and taken back", async ({ page }) => {
  test.setTimeout(420_000);
  await signIn(page, "admin");
  await choose(page, files.map((name) => join(salesData(), name)));
  await check(page);
  const question = page.locator(".near-match");
  await expect(question).toHaveCount(1);
  await expect(question).toContainText("GTXPro");
  await expect(question.getByRole("button").first()).toContainText("GTX Pro");
  await question.getByRole("button").first().click();
  await expect(question).toHaveAttribute("data-answered", "", { timeout: 30_000 });
  const [created, , , failed] = await run(page);
  expect(failed).toBe("0");
  expect(Number(created.replace(/\D/g, ""))).toBeGreaterThan(8_900);
  const imported = page.url();

  const pipeline = await idOf(page, "pipeline", "Maven Sales");
  await page.goto(`/pipeline?pipeline=${pipeline}`);
  for (const [stage, count] of [["Won", "4,238"], ["Lost", "2,473"], ["Engaging", "1,589"], ["Prospecting", "500"]]) {
    await expect(lane(page, stage).locator("h2 .count")).toHaveText(count);
  }
  await expect(lane(page, "Won").locator("[data-total=sum]")).toHaveAttribute("value", /^10005534(\.0+)?$/);
  const darcel = await idOf(page, "user", "Darcel Schlecht");
  await page.goto(`/pipeline?pipeline=${pipeline}&owner=${darcel}`);
  await expect(lane(page, "Won").locator("[data-total=sum]")).toHaveAttribute("value", /^1153214(\.0+)?$/);

  // Once more: everything is there already, so there is nothing to start.
  await choose(page, files.map((name) => join(salesData(), name)));
  await check(page);
  await question.getByRole("button").first().click();
  await expect(question).toHaveAttribute("data-answered", "", { timeout: 30_000 });
  await expect(primary(page)).toBeDisabled();

  await page.goto(imported);
  await expect(figures(page)).toHaveCount(4);
  await undo(page);
  const left = await call<{ rows: unknown[] }>(page, "list_records", {
    record_type: "pipeline",
    query: { filter: { field: { field: "name", op: "eq", value: "Maven Sales" } } },
  });
  expect(left.rows).toHaveLength(0);
});

test("columns are matched by hand, refused rows come back as a file @phone", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = Date.now();
  const text = `公司,网址,规模\n甲 ${stamp},not a web address,1\n乙 ${stamp},example.com,2\n`;
  await choose(page, { name: "客户.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator("#import-type-0").selectOption("customer");
  const line = page.locator(".map-table tbody tr");
  await expect(line).toHaveCount(3);
  await expect(line.nth(0).locator("select")).toHaveValue("name");
  await expect(line.nth(2).locator("select")).toHaveValue("");
  await line.nth(2).locator("select").selectOption("employees");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wide).toBe(false);
  await check(page);
  expect(await run(page)).toEqual(["1", "0", "0", "1"]);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").click()]);
  expect(download.suggestedFilename()).toBe("import-errors.csv");
  await undo(page);
});

test("whoever has no import right gets neither page nor upload", async ({ page }) => {
  await signIn(page, "rep");
  await page.goto("/import");
  await expect(page.locator(".state[data-kind=denied]")).toBeVisible();
  await expect(page.locator("input[type=file]")).toHaveCount(0);
  const answer = await page.request.post("/api/import/files?name=a.csv", { data: "name\nAcme\n" });
  expect(answer.status()).toBe(403);
});
