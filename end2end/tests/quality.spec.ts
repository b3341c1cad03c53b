// Data quality: marks of what does not work, neglected records, the same things written the same way.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, signIn, test } from "./product.js";

const unique = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;

async function stored(page: Page, record_type: string, id: string): Promise<Record<string, unknown>> {
  const found = await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type, id });
  return found.row;
}

const undo = (page: Page, message: string) => page.locator(".toast", { hasText: message }).locator(".toast-action").click();

// Opens a page and waits until the browser has taken it over.
const open = (page: Page, path: string) => Promise.all([page.waitForRequest("**/api/v1/events*"), page.goto(path)]);

// What is new glows for a moment, in which its contrast is less.
async function isAccessible(page: Page) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}

test("a number that does not work is marked, said to be, found in the list, and unmarked @phone", async ({ page, isMobile }) => {
  await signIn(page, "admin");
  const name = unique("Unreachable");
  const phones = ["+86 138 0000 1111", "+86 138 0000 2222"];
  const id = await create(page, "customer", { name, phones, emails: ["gone@example.com"] });
  await open(page, `/customers/${id}`);
  const facts = page.locator("[data-field=phones] .channel");
  if (isMobile) await page.locator(".record-fold").click();
  const mark = page.getByRole("button", { name: `${phones[1]}: does not work` });
  await mark.click();
  await expect(facts.nth(1)).toContainText("not working");
  await expect(facts.nth(1).locator("s")).toHaveText(phones[1]!);
  await expect(facts.nth(0)).not.toContainText("not working");
  expect((await stored(page, "customer", id)).not_working).toEqual([phones[1]]);

  await undo(page, "is marked as not working");
  await expect(facts.nth(1)).not.toContainText("not working");
  await mark.click();
  await expect(facts.nth(1)).toContainText("not working");
  await isAccessible(page);

  // The list says so too, and finds it.
  const filter = [{ field: { field: "not_working", op: "present", value: null } }];
  await open(page, `/customers?q=${encodeURIComponent(name)}&f=${encodeURIComponent(JSON.stringify(filter))}`);
  const row = page.locator("tr[data-row]", { hasText: name });
  await expect(row).toHaveCount(1);
  if (!isMobile) await expect(row.locator("[data-field=phones]")).toContainText("not working");
  await open(page, `/customers/${id}`);
  if (isMobile) await page.locator(".record-fold").click();
  await page.getByRole("button", { name: `${phones[1]}: works after all` }).click();
  await expect(facts.nth(1)).not.toContainText("not working");
  await expect.poll(async () => (await stored(page, "customer", id)).not_working ?? null).toBeNull();
});

test("figures lead to the lists of what they count @phone", async ({ page }) => {
  await signIn(page, "admin");
  await create(page, "customer", { name: unique("Nothing known") });
  await open(page, "/customers");
  await page.locator(".page-head").getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Data quality: Customers" }).click();
  await expect(page.locator("h1")).toHaveText("Data quality: Customers");
  await expect(page.locator("[data-quality=complete]")).toContainText("complete on average");
  await isAccessible(page);
  await page.locator("[data-quality=complete] [data-field=emails]").click();
  await expect(page).toHaveURL(/\/customers\?.*emails/);
  await expect(page.getByRole("button", { name: "E-mails is empty", exact: true })).toBeVisible();

  // Nothing is old enough here; a filter for a day lists what was made before, and can be taken away.
  await open(page, "/quality/customers");
  await page.getByRole("radio", { name: "365 days" }).click();
  await expect(page.locator("[data-quality=quiet]")).toContainText(/None: somebody|Show/);
  const filter = [{ field: { field: "quiet", op: "gte", value: 90 } }];
  await open(page, `/customers?f=${encodeURIComponent(JSON.stringify(filter))}`);
  await page.getByRole("button", { name: "Remove filter Nothing for 90 days" }).click();
  await expect(page).toHaveURL(/\/customers$/);
  await expect(page.locator("tr[data-row]").first()).toBeVisible();
});

test("what is missing of a record is said at its badge, and leads to where it is said @phone", async ({ page, isMobile }) => {
  await signIn(page, "admin");
  const id = await create(page, "customer", { name: unique("Hardly known") });
  await open(page, `/customers/${id}`);
  const badge = page.locator(".record-name").getByRole("button", { name: "% complete" });
  const entry = page.locator(".record-name").getByRole("menuitem", { name: "Phones" });
  if (isMobile) await badge.tap();
  else {
    await badge.focus();
    await page.keyboard.press("Enter");
  }
  await expect(entry).toBeVisible();
  await entry.click();
  // On a phone the facts are folded: there it is the form.
  await expect(page.locator("[data-field=phones] :focus, dialog[open] form").first()).toBeVisible();
});

test("the palette leads to the quality of a type", async ({ page }) => {
  await signIn(page, "admin");
  await open(page, "/");
  await page.keyboard.press("Control+k");
  const input = page.locator("dialog[open] input");
  await input.fill("quality: contacts");
  await expect(page.locator("dialog[open]")).toContainText("Data quality: Contacts");
  await input.press("Enter");
  await expect(page).toHaveURL(/\/quality\/contacts$/);
  await expect(page.locator("h1")).toHaveText("Data quality: Contacts");
});

test("what is written in another way is previewed, chosen, changed, and undone @phone", async ({ page, isMobile }) => {
  await signIn(page, "admin");
  // All of a type are tidied at once, also those of the test that runs at the other size.
  const [type, plural] = isMobile ? ["lead", "leads"] : ["contact", "contacts"];
  const word = randomUUID().slice(0, 8).replace(/[0-9]/g, "x");
  const [capitals, spaces, kept, raced] = await createAll(page, type!, [
    { name: `JOHN ${word.toUpperCase()}` },
    { name: `Anna  ${word}` },
    { name: `Ｂｏｂ ${word}` },
    { name: `Carl  ${word}` },
  ]);
  await open(page, `/quality/${plural}`);
  const tidy = page.locator("[data-quality=tidy]");
  await tidy.getByRole("button", { name: "Look for them" }).click();
  const line = (id: string) => tidy.locator(`li[data-id="${id}"]`);
  await expect(line(capitals!)).toContainText(`John ${word[0]!.toUpperCase()}${word.slice(1)}`);
  await expect(line(spaces!).locator("ins")).toHaveText(`Anna ${word}`);
  // Blanks that go can be seen, and heard.
  await expect(line(spaces!).locator("del")).toHaveText(`Anna␣␣${word}`);
  await expect(line(spaces!).getByRole("img", { name: "space", exact: true })).toHaveCount(2);
  await isAccessible(page);
  // One row is left out, others' findings are; one was changed by somebody meanwhile.
  await line(kept!).getByRole("checkbox").uncheck();
  for (const rule of ["width", "brackets", "places", "websites", "phones"]) {
    const group = tidy.locator(`[data-rule=${rule}] > .row`).getByRole("checkbox");
    if (await group.count()) await group.uncheck();
  }
  const change = { do: "update", id: raced, version: null, values: { name: `Charles ${word}` } };
  await call(page, "apply", { command: { record_type: type, changes: [change] } });
  await tidy.getByRole("button", { name: /^Change \d/ }).click();
  const refused = page.locator("dialog[open]");
  await expect(refused).toContainText(`Carl  ${word}`);
  await refused.getByRole("button", { name: "Close" }).first().click();
  await expect(line(capitals!)).toHaveCount(0);
  expect((await stored(page, type!, spaces!)).name).toBe(`Anna ${word}`);
  expect((await stored(page, type!, kept!)).name).toBe(`Ｂｏｂ ${word}`);
  expect((await stored(page, type!, raced!)).name).toBe(`Charles ${word}`);

  await undo(page, "tidied");
  await expect.poll(async () => (await stored(page, type!, capitals!)).name).toBe(`JOHN ${word.toUpperCase()}`);
  expect((await stored(page, type!, spaces!)).name).toBe(`Anna  ${word}`);
});

test("phone numbers get their country's code, those that can't be read are counted @phone", async ({ page }) => {
  await signIn(page, "admin");
  await create(page, "lead", { name: unique("Phoned"), phones: ["138 0013 8000", "110"] });
  await open(page, "/quality/leads");
  const tidy = page.locator("[data-quality=tidy]");
  await tidy.getByRole("button", { name: "Look for them" }).click();
  await expect(tidy.locator("[data-quality=unreadable]")).toContainText("can't be read");
  await expect(tidy.locator("[data-rule=phones] ins").first()).toHaveText(/^\+\d{8,15}/);
});
