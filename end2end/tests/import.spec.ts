// Real sales data comes in through the import page: four files at once, one near match to answer, the numbers on the
// board, nothing twice, and all of it taken back.
import type { Locator, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { call, create, expect, signIn, test } from "./product.js";

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
    // The place for files is gone once they are read.
    if ((await steps(page).nth(1).getAttribute("aria-current", { timeout: 1_000 })) !== "step") {
      await page.locator("input[type=file]").setInputFiles(chosen, { timeout: 1_000 });
    }
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

// As if the undo went on until it is stopped: one that the server makes may be over before somebody presses the button.
async function undoThatGoesOn(page: Page) {
  const set = randomUUID();
  let [undoing, status] = [false, "running"];
  const run = () => ({
    change_set: set, undo: set, status, reason: status === "failed" ? "stopped" : null, total: 8_900, done: 1_200, undone: 0, kept: [], kept_count: 0,
    created_at: "2026-03-06T01:00:00Z", finished_at: null,
  });
  await page.route("**/api/fn/undo_import", (route) => {
    undoing = true;
    return route.fulfill({ json: { change_set: set, undone: 0, kept: [], under_way: true } });
  });
  await page.route("**/api/fn/import_run", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), undoing } });
  });
  await page.route("**/api/fn/undo_progress", (route) => route.fulfill({ json: run() }));
  await page.route("**/api/fn/stop_undo", (route) => {
    [undoing, status] = [false, "failed"];
    return route.fulfill({ json: run() });
  });
}

// Holds back how far an undo is until that may arrive, and loses once what came of it, after the run was said to be undone.
async function undoLooks(page: Page) {
  let [lost, isUndone, arrive] = [0, false, () => {}];
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/api/fn/import_run", async (route) => {
    const answer = await route.fetch();
    isUndone ||= (await answer.json()).status === "undone";
    await route.fulfill({ response: answer });
  });
  await page.route("**/api/fn/undo_progress", async (route) => {
    const asked = isUndone;
    await awaited;
    if (asked && lost === 0) {
      lost += 1;
      return route.abort();
    }
    return route.continue();
  });
  return { arrive, lost: () => lost };
}

async function idOf(page: Page, record_type: string, name: string): Promise<string> {
  const query = { filter: { field: { field: "name", op: "eq", value: name } } };
  const found = await call<{ rows: { id: string }[] }>(page, "list_records", { record_type, query });
  expect(found.rows).toHaveLength(1);
  return found.rows[0].id;
}

// By how much something reaches out of the page sideways; what is below the head scrolls by itself.
const sideways = (page: Page) =>
  page.evaluate(() => Math.max(...[document.documentElement, ...document.querySelectorAll(".page-body")].map((one) => one.scrollWidth - one.clientWidth)));

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
  await undoThatGoesOn(page);
  await undo(page);
  await expect(page.getByText("1,200 of 8,900 records set back")).toBeVisible();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.locator(".notice")).toContainText("Stopped; nothing was changed.");
  await page.unrouteAll({ behavior: "wait" });
  const looked = await undoLooks(page);
  await undo(page);
  // So much goes back in the background: the page tells how far that is, and what came of it, also where that is lost once on the way.
  await expect(page.getByRole("heading", { name: "Being undone" })).toBeVisible();
  looked.arrive();
  await expect(page.getByRole("heading", { name: "Undone", exact: true })).toBeVisible({ timeout: 120_000 });
  await expect(page.locator(".notice")).toContainText("records set back");
  expect(looked.lost()).toBe(1);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  const left = await call<{ rows: unknown[] }>(page, "list_records", {
    record_type: "pipeline",
    query: { filter: { field: { field: "name", op: "eq", value: "Maven Sales" } } },
  });
  expect(left.rows).toHaveLength(0);
});

test("columns are matched by hand, refused rows come back as a file @phone", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = Date.now();
  // A column of its own: files with columns known from before are matched as then.
  const text = `公司,网址,规模${stamp},出生${stamp}\n甲 ${stamp},not a web address,1,3/4/1990\n乙 ${stamp},example.com,2,5/6/1990\n`;
  await choose(page, { name: "客户.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator("#import-type-0").selectOption("customer");
  const line = page.locator(".map-table tbody tr");
  await expect(line).toHaveCount(4);
  await expect(line.nth(0).locator("select")).toHaveValue("name");
  await expect(line.nth(2).locator("select")).toHaveValue("");
  await line.nth(2).locator("select").selectOption("employees");
  await line.nth(3).locator("select").selectOption("birth_date");
  // As a list of something else, the file keeps what was matched by hand as far as that has it; as a list of the same, all of it.
  const field = (at: number) => line.nth(at).locator("select").first();
  await page.locator("#import-type-0").selectOption("contact");
  await expect(field(2)).toHaveValue("");
  await expect(field(3)).toHaveValue("birth_date");
  await page.locator("#import-type-0").selectOption("customer");
  await expect(field(2)).toHaveValue("employees");
  // Which of day and month comes first has to fit beside its column, too.
  await expect(line.nth(3).getByRole("radio")).toHaveCount(2);
  expect(await sideways(page)).toBe(0);
  await check(page);
  expect(await run(page)).toEqual(["1", "0", "0", "1"]);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("a[download]").click()]);
  expect(download.suggestedFilename()).toBe("import-errors.csv");
  await undo(page);
});

test("an import that was taken back says later too what stayed, and is there again once that is undone", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = randomUUID().slice(0, 8);
  const text = `Name,Note ${stamp}\nNorth ${stamp},a\nSouth ${stamp},b\n`;
  await choose(page, { name: "customers.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator("#import-type-0").selectOption("customer");
  await check(page);
  expect(await run(page)).toEqual(["2", "0", "0", "0"]);
  const id = new URL(page.url()).searchParams.get("run");
  const taken = await call<{ change_set: string }>(page, "undo_import", { id });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Undone", exact: true })).toBeVisible();
  await call(page, "undo", { change_set: taken.change_set });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Import finished" })).toBeVisible();
  const south = await call<{ rows: { id: string }[] }>(page, "list_records", {
    record_type: "customer",
    query: { filter: { field: { field: "name", op: "eq", value: `South ${stamp}` } } },
  });
  const change = { do: "update", id: south.rows[0]!.id, values: { website: "https://south.example" } };
  await call(page, "apply", { command: { record_type: "customer", changes: [change], all_or_nothing: true } });
  await undo(page);
  await expect(page.getByRole("heading", { name: "Changed since and kept" })).toBeVisible();
  await page.reload();
  await expect(page.locator(".section", { hasText: "Changed since and kept" })).toContainText(`South ${stamp}`);
});

test("a column of a known file that fills two fields says both", async ({ page }) => {
  await signIn(page, "admin");
  const text = "FirstName,LastName,Company,LeadSource\nAnna,Berg,Northwind,Web\n";
  await choose(page, { name: "leads.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Match the columns by hand" }).click();
  const company = page.locator(".map-table tbody tr").filter({ hasText: "Northwind" });
  await expect(company.locator("select").first()).toHaveValue("name");
  await expect(company).toContainText("Also fills: Company");
});

test("missing names are made by one press, and what can't be read need not keep its rows out @phone", async ({ page }) => {
  await signIn(page, "admin");
  const tag = Math.random().toString(36).slice(2, 10);
  const text = `Name,Customer,Phone ${tag}\nAnn,${tag} Quokka,ask Bob\nBo,Numbat ${tag},\n`;
  await choose(page, { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  // The mapping to the type would overwrite what is chosen before it arrives: until then nothing can be.
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/api/fn/suggest_import", async (route) => {
    await awaited;
    await route.continue();
  });
  const phone = page.locator(".map-table tbody tr").nth(2).locator("select");
  await page.locator("#import-type-0").selectOption("contact");
  await expect(phone).toBeDisabled();
  await expect(page.locator(".import-reading select").first()).toBeDisabled();
  await expect(page.locator("#import-type-0")).toBeEnabled();
  arrive();
  await phone.selectOption("phones");
  await expect(phone).toHaveValue("phones");
  await check(page);
  const questions = page.locator(".near-match");
  await expect(questions).toHaveCount(3);
  await page.getByRole("button", { name: "Create all 2: Customers" }).click();
  await expect(page.locator(".near-match[data-answered]")).toHaveCount(2);
  const unread = questions.filter({ hasText: "ask Bob" });
  await unread.getByRole("button", { name: "Bring the rows in without it" }).click();
  await expect(page.locator(".near-match[data-answered]")).toHaveCount(3);
  expect(await run(page)).toEqual(["4", "0", "0", "0"]);
  await undo(page);
});

test("a list goes out as a workbook and as cards, and both come back unchanged @phone", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = `Workbook${Date.now()}`;
  const company = await create(page, "customer", { name: `${stamp} 有限公司`, kind: "company", employees: 1200 });
  await create(page, "contact", { name: `${stamp} 王小明`, customer_id: company, emails: [`${stamp}@example.com`.toLowerCase()] });
  for (const [list, kind] of [["customers", "Excel"], ["contacts", "vCard"]]) {
    await page.goto(`/${list}?q=${stamp}`);
    await expect(page.locator("main")).toContainText(stamp);
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: kind }).click()]);
    const file = await download.path();
    await choose(page, { name: download.suggestedFilename(), mimeType: "application/octet-stream", buffer: readFileSync(file) });
    await check(page);
    // There is nothing to change.
    await expect(primary(page)).toBeDisabled();
    await expect(page.locator(".page-body")).toContainText("unchanged");
  }
});

test("a file read wrongly is read otherwise, a column becomes a new field, and the next file is matched as this one", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = Date.now();
  const rows = (name: string) => Buffer.from(`Name;Shoe size ${stamp};Born ${stamp}\n${name};42;31/12/1990\n`, "latin1");
  await choose(page, { name: "a.csv", mimeType: "text/csv", buffer: rows(`Zoë ${stamp}`) });
  await page.locator(".import-reading select").first().selectOption("windows-1252");
  await expect(page.locator(".map-table tbody tr").first()).toContainText(`Zoë ${stamp}`);
  await page.locator("#import-type-0").selectOption("customer");
  const line = page.locator(".map-table tbody tr");
  await expect(line.nth(0).locator("select")).toHaveValue("name");
  await line.nth(1).getByRole("button", { name: "new field" }).click();
  await expect(line.nth(1).locator("select")).toHaveValue(`custom.shoe_size_${stamp}`);
  await line.nth(2).locator("select").selectOption("birth_date");
  await check(page);
  expect(await run(page)).toEqual(["1", "0", "0", "0"]);
  await choose(page, { name: "b.csv", mimeType: "text/csv", buffer: rows(`Ana ${stamp}`) });
  await expect(line.nth(2).locator("select")).toHaveValue("birth_date");
  await expect(line.nth(1).locator("select")).toHaveValue(`custom.shoe_size_${stamp}`);
});

test("titles above the columns are passed over, another line can be said to name them, and the result lists what came in", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = Date.now();
  const text = `Our customers\n\nName,Website ${stamp},City\nAcme ${stamp},acme.example.com,Paris\nBolt ${stamp},bolt.example.com,Lyon\n`;
  await choose(page, { name: "titled.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator("#import-type-0").selectOption("customer");
  const line = page.locator(".map-table tbody tr");
  const header = page.locator(".import-reading").last().locator("select");
  await expect(line.nth(0)).toContainText("Acme");
  await expect(header).toHaveValue("3");
  await header.selectOption("0");
  await expect(line.nth(0)).toContainText("#1");
  await header.selectOption("3");
  await expect(line.nth(0)).toContainText("Name");
  await page.locator("#import-type-0").selectOption("customer");
  await expect(line.nth(0).locator("select")).toHaveValue("name");
  await check(page);
  expect(await run(page)).toEqual(["2", "0", "0", "0"]);
  const result = page.url();
  await page.locator(".page-body section .button-group a").first().click();
  await expect(page).toHaveURL(/\/customers\?/);
  await expect(page.locator("main")).toContainText(`Acme ${stamp}`);
  await expect(page.locator("main")).toContainText(`Bolt ${stamp}`);
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(2);
  await page.goto(result);
  await undo(page);
  // What is gone is not offered to be looked at.
  await expect(page.locator(".page-body section .button-group a")).toHaveCount(0);
});

test("what is no table gets a sentence, however much of it there is", async ({ page }, info) => {
  test.setTimeout(180_000);
  await signIn(page, "admin");
  await page.goto("/import");
  // As much as a file may have.
  const garbage = Buffer.alloc(50 << 20);
  for (let at = 0; at < garbage.length; at += 4) garbage.writeUInt32LE((at * 2654435761) >>> 0, at);
  for (const name of ["a.xlsx", "a.csv", "a.vcf"]) {
    const path = info.outputPath(name);
    writeFileSync(path, garbage);
    await expect(async () => {
      await page.locator("input[type=file]").setInputFiles(path, { timeout: 15_000 });
      await expect(page.locator("[role=alert], .notice")).toContainText(`${name}: `, { timeout: 30_000 });
    }).toPass();
  }
});

test("deals without a stage begin in the first one, and the rows of a preview can be gone through", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = Date.now();
  const deals = Array.from({ length: 45 }, (_, n) => `Deal ${stamp} ${n},${n === 44 ? "much" : n + 0.125}`);
  const text = `Deal name,Amount,Remark ${stamp}\n${deals.map((deal) => `${deal},`).join("\n")}\n`;
  await choose(page, { name: "deals.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.locator("#import-type-0").selectOption("opportunity");
  await expect(page.locator(".import-columns .notice")).toContainText("No column gives “Stage”");
  await check(page);
  await expect(page.locator(".notice").filter({ hasText: "rounded to 2 decimals" })).toContainText("44 values of Amount");
  const rows = page.locator(".preview tbody tr");
  await page.locator("details > summary", { hasText: "Rows 1 to 20 of 45" }).click();
  await expect(rows).toHaveCount(20);
  await page.getByRole("button", { name: "Next 20 rows" }).click();
  await expect(rows.first()).toContainText(`Deal ${stamp} 20`);
  await page.getByRole("button", { name: "Next 20 rows" }).click();
  await expect(rows).toHaveCount(5);
  await expect(rows.last()).toContainText(`Deal ${stamp} 44`);
  await expect(page.getByRole("button", { name: "Next 20 rows" })).toBeDisabled();
  await page.getByText("Only rows with errors").click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText(`Deal ${stamp} 44`);
  expect(await run(page)).toEqual(["44", "0", "0", "1"]);
  await undo(page);
});

test("an unknown stage can be made, or its deals begin in the first one: a stage is never left empty", async ({ page }) => {
  await signIn(page, "admin");
  const stage = `Trial ${Date.now()}`;
  await choose(page, { name: "deals.csv", mimeType: "text/csv", buffer: Buffer.from(`Deal name,Stage\nOne ${stage},${stage}\n`) });
  await page.locator("#import-type-0").selectOption("opportunity");
  await check(page);
  const asked = page.locator(".near-match").filter({ hasText: stage });
  await expect(asked.getByRole("button", { name: new RegExp(`^Create “${stage}” in “.+”$`) })).toBeVisible();
  await expect(asked.getByRole("button", { name: "Leave it empty" })).toHaveCount(0);
  await asked.getByRole("button", { name: "Begin in the first stage" }).click();
  await expect(asked).toHaveAttribute("data-answered", "");
  expect(await run(page)).toEqual(["1", "0", "0", "0"]);
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
