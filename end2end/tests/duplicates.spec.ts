// Duplicates: a hint while somebody types, pairs to decide on, a merge that takes everything along and can be undone.
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, expect, press, signIn, test } from "./product.js";

const digits = () => String(Math.floor(Math.random() * 1e8)).padStart(8, "0");
const unique = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;

async function stored(page: Page, record_type: string, id: string): Promise<Record<string, unknown>> {
  const found = await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type, id });
  return found.row;
}

const undo = (page: Page, message: string) => page.locator(".toast", { hasText: message }).locator(".toast-action").click();

test("whoever is about to be made twice is named while one types @phone", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Nordwind");
  const id = await create(page, "customer", { name: `${name} GmbH`, kind: "company", emails: [`${randomUUID()}@example.com`] });
  await page.goto("/customers");
  await press(page.locator(".page-head button[data-kind=primary]"), page.locator("dialog[open] input").first());
  await page.locator("dialog[open]").getByLabel("Name", { exact: true }).fill(`${name} Ltd`);
  const hint = page.locator("dialog[open] .alike");
  await expect(hint.getByRole("link", { name: `${name} GmbH` })).toHaveAttribute("href", `/customers/${id}`);
  await expect(hint).toContainText("Same name");
  await page.locator("dialog[open]").getByLabel("Name", { exact: true }).fill(unique("Something else"));
  await expect(hint).toHaveCount(0);
});

test("a company is named by what is its own in the name, and a slip in an address is asked about @phone", async ({ page }) => {
  await signIn(page, "admin");
  // Characters that no other test's company has together.
  const pick = () => String.fromCharCode(0x4e00 + Math.floor(Math.random() * 5_000));
  const own = pick() + pick() + pick();
  const id = await create(page, "customer", { name: `上海${own}科技有限公司`, kind: "company" });
  await page.goto("/customers");
  await press(page.locator(".page-head button[data-kind=primary]"), page.locator("dialog[open] input").first());
  const dialog = page.locator("dialog[open]");
  await dialog.getByLabel("Name", { exact: true }).fill(own);
  await expect(dialog.locator(".alike").getByRole("link", { name: own })).toHaveAttribute("href", `/customers/${id}`);
  const emails = dialog.getByLabel("E-mails", { exact: true });
  await emails.fill("li.wei@gmal.com, b@example.com");
  await dialog.getByRole("button", { name: "Did you mean li.wei@gmail.com?" }).click();
  await expect(emails).toHaveValue("li.wei@gmail.com, b@example.com");
  await expect(dialog.getByRole("button", { name: "Did you mean" })).toHaveCount(0);
});

test("a pair is found, decided on, merged with all that hangs on it, and the merge undone @phone", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Umbrella");
  const email = `${randomUUID()}@example.com`;
  const landline = `0755-${digits()}`;
  const first = await create(page, "customer", { name: `${name} Inc.`, kind: "company", emails: [email], phones: [landline], industry: "medical", employees: 12 });
  const phones = [landline.replace("-", " "), `139${digits()}`];
  const second = await create(page, "customer", { name, kind: "company", emails: [email], phones, industry: "retail" });
  const person = await create(page, "contact", { name: unique("Ann"), customer_id: second });
  await page.goto("/duplicates/customers");
  await expect(page.locator("h1")).toContainText("Duplicates");
  // In words on a phone, too.
  const words = await page.locator(".page-head button[data-kind=primary] > span").boundingBox();
  expect(words?.width).toBeGreaterThan(40);
  const pair = page.locator(".duplicate-pair", { hasText: name });
  await expect(async () => {
    await page.getByRole("button", { name: "Look for duplicates" }).click({ timeout: 1_000 });
    await expect(pair).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await expect(pair).toContainText("Same e-mail");

  // Not a duplicate, and after all one.
  await pair.getByRole("button", { name: "Not a duplicate" }).click();
  await expect(pair).toHaveCount(0);
  await undo(page, "not be proposed");
  await expect(pair).toBeVisible();

  await pair.getByRole("button", { name: "Merge" }).click();
  const dialog = page.locator("dialog[open]");
  await expect(dialog.locator("th").filter({ hasText: name })).toHaveCount(2);
  const industry = dialog.locator("tr", { hasText: "Industry" });
  await industry.getByText("Retail").click();
  // A choice can be taken back, and a phone that is written in two ways stays once.
  const together = dialog.locator("tr", { hasText: "Phones" }).getByRole("radio", { name: "Both together" });
  await expect(together).toBeChecked();
  await dialog.locator("tr", { hasText: "Phones" }).getByText(phones[0]).click();
  await expect(together).not.toBeChecked();
  await together.check();
  await expect(dialog.locator("tr", { hasText: "Phones" }).locator("input:checked")).toHaveCount(1);
  await dialog.locator("button[data-kind=primary]").click();
  await expect(dialog).toHaveCount(0);
  await expect(pair).toHaveCount(0);
  expect((await stored(page, "customer", first)).industry).toBe("retail");
  expect((await stored(page, "customer", first)).phones).toEqual([landline, phones[1]]);
  expect((await stored(page, "contact", person)).customer_id).toBe(first);

  await undo(page, "became one");
  await expect.poll(async () => (await stored(page, "contact", person)).customer_id).toBe(second);
  expect((await stored(page, "customer", first)).industry).toBe("medical");
  expect((await stored(page, "customer", second)).industry).toBe("retail");
});

// Two people on the list, chosen to be merged; the dialog is open.
async function merging(page: Page, name: string) {
  await page.goto(`/customers?q=${encodeURIComponent(name)}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  const rows = page.locator("tbody tr[data-id]").filter({ hasText: name });
  await expect(rows).toHaveCount(2);
  for (const row of await rows.all()) await row.getByRole("checkbox").check();
  await page.locator(".bulk-bar").getByRole("button", { name: "Merge" }).click();
  const dialog = page.locator("dialog[open]");
  await expect(dialog.locator("th").filter({ hasText: name })).toHaveCount(2);
  return dialog;
}

test("who merges what somebody merged meanwhile is led to what it became", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Twice");
  const [into, gone] = [await create(page, "customer", { name: `${name} A` }), await create(page, "customer", { name: `${name} B` })];
  const dialog = await merging(page, name);
  await call(page, "merge_records", { merge: { record_type: "customer", into, others: [gone] } });
  await dialog.locator("button[data-kind=primary]").click();
  await expect(dialog).toContainText(`into ${name} A meanwhile`);
  await expect(dialog.locator("h2")).toHaveText("Merge 2 customers");
  await expect(dialog.locator("button[data-kind=primary]")).toHaveCount(0);
  await dialog.getByRole("link", { name: `Open ${name} A` }).click();
  await expect(page).toHaveURL(new RegExp(`/customers/${into}$`));
});

test("what somebody changed meanwhile is shown before it is merged, and consent only as far as both gave it", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Changed");
  const first = await create(page, "customer", { name: `${name} A`, kind: "person", occupation: "Cook", consent: ["email", "sms"] });
  const second = await create(page, "customer", { name: `${name} B`, kind: "person", occupation: "Baker", consent: ["sms", "phone"] });
  const dialog = await merging(page, name);
  const consent = dialog.locator("tr", { hasText: "Agreed to contact by" });
  await expect(consent.getByRole("radio", { name: "Only what all agreed to" })).toBeChecked();
  await expect(consent.locator("td")).toHaveText(["E-mail, SMS", "SMS, Phone"]);
  await dialog.locator("tr", { hasText: "Occupation" }).getByText("Baker").click();
  await call(page, "apply", { command: { record_type: "customer", changes: [{ do: "update", id: second, values: { occupation: "Farmer" } }], all_or_nothing: true } });
  await dialog.locator("button[data-kind=primary]").click();
  await expect(dialog).toContainText("Somebody has changed Occupation");
  await dialog.locator("tr", { hasText: "Occupation" }).getByText("Farmer").click();
  await dialog.locator("button[data-kind=primary]").click();
  await expect(dialog).toHaveCount(0);
  const open = await Promise.all([first, second].map((id) => stored(page, "customer", id)));
  expect(open.map((record) => [record.occupation, record.consent])).toEqual([["Farmer", ["sms"]], ["Farmer", ["sms"]]]);
});

// As if so many pairs had been found: those that are decided on go.
async function twins(page: Page, count: number) {
  const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const row = (n: number) => ({ id: id(n), version: 1, name: `Twin ${n}` });
  const pairs = Array.from({ length: count }, (_, n) => ({ first: row(2 * n), second: row(2 * n + 1), score: 90, reasons: [] }));
  await page.route("**/api/fn/duplicates", async (route) => {
    const { shown } = route.request().postDataJSON() as { shown: number };
    const open = pairs.length;
    await route.fulfill({ json: { pairs: pairs.slice(0, shown), titles: {}, dismissed: [], open, looked_at: "2026-03-06T01:00:00Z", running: false, too_many: false } });
  });
  return pairs;
}

test("who decides on the last pair goes on at the one before, and who leaves meanwhile breaks nothing", async ({ page }) => {
  await signIn(page, "admin");
  const pairs = await twins(page, 2);
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/fn/dismiss_duplicate", async (route) => {
    if (pairs.length === 1) await held;
    pairs.pop();
    await route.fulfill({ json: null });
  });
  await page.goto("/duplicates/customers");
  const dismiss = page.getByRole("button", { name: "Not a duplicate" });
  await expect(dismiss).toHaveCount(2);
  await dismiss.last().focus();
  await page.keyboard.press("Enter");
  await expect(dismiss).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Twin 0", exact: true })).toBeFocused();
  const asked = page.waitForRequest("**/api/fn/dismiss_duplicate");
  await dismiss.click();
  await asked;
  await page.locator(".page-head").getByRole("link", { name: "Customers" }).click();
  await expect(page).toHaveURL(/\/\/[^/]+\/customers/);
  await expect(page.locator(".duplicate-pair")).toHaveCount(0);
  await page.locator(".toast-close").click();
  answer();
  await expect(page.locator(".toast", { hasText: "not be proposed" })).toBeVisible();
});

test("all pairs can be reached, and the keyboard stays where it was", async ({ page }) => {
  await signIn(page, "admin");
  await twins(page, 45);
  await page.goto("/duplicates/customers");
  const shown = page.locator(".duplicate-pair");
  await expect(shown).toHaveCount(20);
  const more = page.getByRole("button", { name: "Load more" });
  await more.focus();
  await page.keyboard.press("Enter");
  await expect(shown).toHaveCount(40);
  await expect(more).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(shown).toHaveCount(45);
  await expect(more).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Twin 80" })).toBeFocused();
});

test("the address of a merged record leads to what it became", async ({ page }) => {
  await signIn(page, "admin");
  const [into, gone] = [await create(page, "customer", { name: unique("Stays") }), await create(page, "customer", { name: unique("Goes") })];
  await call(page, "merge_records", { merge: { record_type: "customer", into, others: [gone] } });
  await page.goto(`/customers/${gone}`);
  await expect(page).toHaveURL(new RegExp(`/customers/${into}$`));
  await expect(page.locator("h1")).toContainText("Stays");
  const answer = await page.request.get(`/api/v1/customers/${gone}`, { maxRedirects: 0 });
  expect(answer.status()).toBe(301);
  expect(answer.headers().location).toBe(`/api/v1/customers/${into}`);
});

test("a merge with much to take back tells how far that is", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Large");
  for (const form of ["Inc.", "Ltd"]) await create(page, "customer", { name: `${name} ${form}`, kind: "company" });
  const dialog = await merging(page, name);
  await dialog.locator("button[data-kind=primary]").click();
  await expect(dialog).toHaveCount(0);

  // As if thousands of records hung on it.
  const set = randomUUID();
  const run = (done: number, status: string) => ({
    change_set: set, undo: set, status, reason: null, total: 6_000, done, undone: done, kept: [], kept_count: 0, created_at: "2026-03-06T01:00:00Z", finished_at: null,
  });
  let found = run(1_200, "running");
  await page.route("**/api/fn/undo", (route) => route.fulfill({ json: { change_set: set, undone: 0, kept: [], under_way: true } }));
  await page.route("**/api/fn/undo_progress", (route) => route.fulfill({ json: found }));
  await undo(page, "became one");
  await expect(page.locator(".toast", { hasText: "1,200 of 6,000 records set back" })).toBeVisible();
  found = run(6_000, "finished");
  await expect(page.locator(".toast", { hasText: "Undone: 6,000 records set back" })).toBeVisible();
});
