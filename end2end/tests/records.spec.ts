// The generic list, form and page of a record, on customers, as people use them.
import type { Locator, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, chooseField, create, createAll, expect, press, signIn, test } from "./product.js";

async function stored(page: Page, record_type: string, id: string): Promise<Record<string, unknown>> {
  return (await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type, id })).row;
}

const unique = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;
const row = (page: Page, name: string) => page.locator("tbody tr[data-id]").filter({ hasText: name });
const cell = (line: Locator, field: string) => line.locator(`td[data-field="${field}"]`);
const search = (page: Page) => page.locator(".list-search input");

// A page is ready when it answers: typing reaches the address only once the script has taken over.
async function find(page: Page, text: string) {
  await expect(async () => {
    await search(page).fill("");
    await search(page).fill(text);
    await expect(page).toHaveURL(/q=/, { timeout: 1_500 });
  }).toPass();
}

async function openList(page: Page, name: string) {
  await page.goto("/customers");
  await find(page, name);
  await expect(row(page, name).first()).toBeVisible();
}

test("a row that was archived is back in its place when that is undone", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Put away");
  await create(page, "customer", { name });
  await openList(page, name);
  await row(page, name).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await expect(row(page, name)).toHaveCount(0);
  await page.locator(".toast-action").last().click();
  await expect(row(page, name)).toHaveCount(1);
});

test("what one did in the list is taken back by key, but not while one writes", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("By key");
  const id = await create(page, "customer", { name });
  await openList(page, name);
  await row(page, name).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await expect(row(page, name)).toHaveCount(0);
  await expect(page.locator(".toast-action")).toBeVisible();
  let asked = 0;
  page.on("request", (request) => (asked += request.url().endsWith("/api/fn/undo") ? 1 : 0));
  await search(page).focus();
  await page.keyboard.press("ControlOrMeta+z");
  expect(asked).toBe(0);
  // What was typed in the search field is taken back by now: the list may be another one.
  await page.locator("h1").click();
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(async () => (await stored(page, "customer", id)).archived_at ?? null).toBeNull();
  expect(asked).toBe(1);
});

test("a record is made in the form, with what is wrong beside its field", async ({ page }) => {
  await signIn(page, "admin");
  await openList(page, await seeded(page));
  await page.locator(".page-head button[data-kind=primary]").click();
  const form = page.locator("dialog[open]");
  await form.locator("#form-customer-emails").fill("nobody");
  await page.keyboard.press("Control+Enter");
  await expect(form.locator(".field[data-invalid]")).toHaveCount(2);
  const name = unique("Form");
  await form.locator("#form-customer-name").fill(name);
  await form.locator("#form-customer-emails").fill("a@example.com, b@example.com");
  await page.keyboard.press("Control+Enter");
  await expect(form).toHaveCount(0);
  await expect(page.locator(".toast").filter({ hasText: name })).toBeVisible();
});

test("a draft survives a reload", async ({ page }) => {
  await signIn(page, "admin");
  await openList(page, await seeded(page));
  await page.locator(".page-head button[data-kind=primary]").click();
  const name = unique("Draft");
  const input = page.locator("#form-customer-name");
  await input.fill(name);
  await expect
    .poll(() => page.evaluate(() => sessionStorage.getItem("draft.customer.new") ?? ""))
    .toContain(name);
  await page.reload();
  await press(page.locator(".page-head button[data-kind=primary]"), input);
  await expect(input).toHaveValue(name);
});

test("a form that is closed while it saves leaves the page whole, what was saved shown and no draft", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Left");
  await page.goto(`/surveys?q=${encodeURIComponent(name)}`);
  const make = page.locator(".page-head button[data-kind=primary]");
  const [form, input] = [page.locator("dialog[open]"), page.locator("#form-survey-name")];
  const kept = () => page.evaluate(() => sessionStorage.getItem("draft.survey.new"));
  await press(make, input);
  await input.fill(name);
  await form.locator("#form-survey-question").fill("Well?");
  await expect.poll(async () => (await kept()) ?? "").toContain("Well?");
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/api/fn/apply", async (route) => {
    await awaited;
    await route.continue();
  }, { times: 1 });
  const sent = page.waitForRequest("**/api/fn/apply");
  await page.keyboard.press("Control+Enter");
  await sent;
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  // Whoever opens another one meanwhile does not begin with what is on its way, and keeps it open.
  await press(make, input);
  await expect(input).toHaveValue("");
  arrive();
  await expect(page.locator(".toast").filter({ hasText: name })).toBeVisible();
  await expect(row(page, name)).toHaveCount(1);
  await expect(input).toBeVisible();
  expect(await kept()).toBeNull();
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);
  await press(make, input);
  await expect(input).toHaveValue("");
});

test("a cell is edited in place, and the edit can be taken back", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Cell");
  const id = await create(page, "customer", { name, kind: "company" });
  await openList(page, name);
  const industry = cell(row(page, name), "industry");
  await industry.locator(".cell-edit").click();
  await industry.locator("select").selectOption("retail");
  await industry.locator("select").press("Enter");
  await expect.poll(async () => (await stored(page, "customer", id)).industry).toBe("retail");
  await expect(industry.locator("select")).toHaveCount(0);
  await page.locator(".toast-action").last().click();
  await expect.poll(async () => (await stored(page, "customer", id)).industry ?? null).toBeNull();
});

test("a cell edited without connection is sent once there is one", async ({ page, context }) => {
  await signIn(page, "admin");
  const name = unique("Offline");
  const id = await create(page, "customer", { name, emails: ["a@example.com"] });
  await openList(page, name);
  const emails = cell(row(page, name), "emails");
  await emails.locator(".cell-edit").click();
  await context.setOffline(true);
  await emails.locator("input").fill("b@example.com");
  await emails.locator("input").press("Enter");
  await expect(page.locator(".toast")).toBeVisible();
  await expect(emails).toContainText("b@example.com");
  await context.setOffline(false);
  await expect.poll(async () => (await stored(page, "customer", id)).emails).toEqual(["b@example.com"]);
  await expect(emails).toContainText("b@example.com");
});

test("Esc drops an edit, and a value that does not fit stays in the cell with the reason", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Escape");
  const id = await create(page, "customer", { name, emails: ["a@example.com"] });
  await openList(page, name);
  const emails = cell(row(page, name), "emails");
  await emails.locator(".cell-edit").click();
  await emails.locator("input").fill("not an address");
  await emails.locator("input").press("Enter");
  await expect(emails.locator(".field-error")).toBeVisible();
  await emails.locator("input").press("Escape");
  await expect(emails.locator(".cell-edit")).toHaveText("a@example.com");
  expect((await stored(page, "customer", id)).emails).toEqual(["a@example.com"]);
});

test("two who change the same field both see both values", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Conflict");
  const id = await create(page, "customer", { name, occupation: "x", kind: "person" });
  await page.goto(`/customers/${id}`);
  const fact = page.locator('.fact[data-field="occupation"]');
  await press(fact.locator(".fact-edit"), fact.locator("input"));
  await fact.locator("input").fill("mine");
  const theirs = { do: "update", id, version: null, values: { occupation: "theirs" } };
  await call(page, "apply", { command: { record_type: "customer", changes: [theirs] } });
  await fact.locator("input").press("Enter");
  const sides = page.locator("dialog[open] .conflict-side");
  await expect(sides).toHaveCount(2);
  await expect(sides.nth(0)).toContainText("mine");
  await expect(sides.nth(1)).toContainText("theirs");
  await sides.nth(0).locator("button").click();
  await expect.poll(async () => (await stored(page, "customer", id)).occupation).toBe("mine");
});

test("sorting, search and filters stand in the address and survive a reload", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Address");
  await create(page, "customer", { name: `${name} A` });
  await create(page, "customer", { name: `${name} B` });
  await openList(page, name);
  const titles = page.locator("tbody tr[data-id] .cell-main");
  await expect(titles).toHaveCount(2);
  await page.locator(".th-sort").first().click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(titles).toHaveText([`${name} A`, `${name} B`]);
  await page.locator(".th-sort").first().click();
  await expect(page).toHaveURL(/sort=-name/);
  await page.reload();
  await expect(titles).toHaveText([`${name} B`, `${name} A`]);
});

test("conditions hold instead of each other, look at related records and at periods", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Related");
  const [energy, retail] = await Promise.all(
    ["energy", "retail"].map((industry) => create(page, "customer", { name: `${name} ${industry}`, kind: "company", industry })),
  );
  for (const [n, customer_id] of [energy, retail, null].entries()) await create(page, "contact", { name: `${name} ${n}`, customer_id });
  await page.goto(`/contacts?q=${encodeURIComponent(name)}`);
  await expect(row(page, name)).toHaveCount(3);
  const add = async (field: string, op: string, value: string | null, beside?: string) => {
    await page.locator(".chip[data-add]").click();
    const dialog = page.locator("dialog[open]");
    await chooseField(dialog, field);
    await dialog.locator("#filter-op").selectOption(op);
    if (value !== null) await dialog.locator("#filter-value").selectOption(value);
    if (beside) await dialog.locator("#filter-join").selectOption(beside);
    await dialog.locator("button[data-kind=primary]").click();
    await expect(page.locator("dialog[open]")).toHaveCount(0);
  };
  await add("customer_id.industry", "eq", "energy");
  await expect(row(page, name)).toHaveCount(1);
  await expect(row(page, `${name} 0`)).toBeVisible();
  await add("customer_id", "empty", null, "0");
  await expect(row(page, name)).toHaveCount(2);
  await add("created_at", "during", "last_year");
  await expect(row(page, name)).toHaveCount(0);
  // Each is a chip that says what it means, and goes with its cross; all of it stands in the address.
  await page.reload();
  const chips = page.locator(".chip[data-set]");
  await expect(chips).toHaveCount(3);
  await expect(page.getByRole("group", { name: "Industry is Energy or" }).locator(".chip")).toHaveCount(2);
  await chips.last().locator(".chip-remove").click();
  await expect(row(page, name)).toHaveCount(2);
  await expect(chips).toHaveCount(2);
  await expect(page.locator(".chip[data-add]")).toBeFocused();
  // Its words lead to where it is changed; its alternative stays, and goes alone.
  await chips.first().locator(".chip-words").click();
  const dialog = page.locator("dialog[open]");
  await expect(dialog.locator("#filter-field")).toHaveValue("Company → Industry");
  await expect(dialog.locator("#filter-value")).toHaveValue("energy");
  await expect(dialog.locator("#filter-join")).toHaveCount(0);
  await dialog.locator("#filter-value").selectOption("retail");
  await dialog.locator("button[data-kind=primary]").click();
  await expect(row(page, `${name} 0`)).toHaveCount(0);
  await expect(row(page, name)).toHaveCount(2);
  await chips.last().locator(".chip-remove").click();
  await expect(chips).toHaveCount(1);
  await expect(row(page, name)).toHaveCount(1);
  await expect(row(page, `${name} 1`)).toBeVisible();
});

test("a list follows its filter and its words while colleagues change records", async ({ page, browser }) => {
  await signIn(page, "admin");
  const name = unique("Follows");
  const values = (letter: string, industry: string) => ({ name: `${name} ${letter}`, kind: "company", industry });
  const leaving = await create(page, "customer", values("A", "retail"));
  await create(page, "customer", values("B", "retail"));
  const coming = await create(page, "customer", values("C", "energy"));
  const filter = [{ field: { field: "industry", op: "eq", value: "retail" } }];
  await page.goto(`/customers?q=${encodeURIComponent(name)}&f=${encodeURIComponent(JSON.stringify(filter))}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await expect(row(page, name)).toHaveCount(2);
  const [count, news] = [page.locator(".list-foot"), page.locator(".list-fresh")];
  await expect(count).toHaveText("2 in total");
  const colleague = await (await browser.newContext()).newPage();
  await signIn(colleague, "admin");
  const become = (id: string, industry: string) => {
    const change = { do: "update", id, version: null, values: { industry } };
    return call(colleague, "apply", { command: { record_type: "customer", changes: [change] } });
  };
  await become(leaving, "energy");
  await expect(row(page, `${name} A`)).toHaveCount(0);
  await expect(count).toHaveText("1 in total");
  // Only what belongs here is told of: neither other words nor another industry.
  await create(colleague, "customer", { name: unique("Elsewhere"), kind: "company", industry: "retail" });
  await create(colleague, "customer", values("D", "energy"));
  await become(coming, "retail");
  await expect(news).toHaveText("1 new record: show");
  await create(colleague, "customer", values("E", "retail"));
  await expect(news).toHaveText("2 new records: show");
  await news.click();
  await expect(row(page, name)).toHaveCount(3);
  await expect(count).toHaveText("3 in total");
  await expect(news).toHaveCount(0);
  // What leaves by one's own edit leaves the keyboard where it was.
  const edited = cell(row(page, name).first(), "industry");
  await edited.locator(".cell-edit").click();
  await edited.locator("select").selectOption("energy");
  await edited.locator("select").press("Enter");
  await expect(row(page, name)).toHaveCount(2);
  await expect(cell(row(page, name).first(), "industry").locator(".cell-edit")).toBeFocused();
});

test("rows that are not loaded yet come once all that are have left", async ({ page, browser }) => {
  await signIn(page, "admin");
  const name = unique("Further");
  const all = Array.from({ length: 65 }, (_, n) => ({ name: `${name} ${100 + n}`, kind: "company", industry: "retail" }));
  const ids = await createAll(page, "customer", all);
  const filter = [{ field: { field: "industry", op: "eq", value: "retail" } }];
  const address = `/customers?q=${encodeURIComponent(name)}&sort=-name&f=${encodeURIComponent(JSON.stringify(filter))}`;
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.goto(address);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  const count = page.locator(".list-foot");
  await expect(count).toContainText("65");
  const colleague = await (await browser.newContext()).newPage();
  await signIn(colleague, "admin");
  // Sixty are loaded: all but the first five, since they stand from the last name to the first.
  const changes = ids.slice(5).map((id) => ({ do: "update", id, version: null, values: { industry: "energy" } }));
  await call(colleague, "apply", { command: { record_type: "customer", changes } });
  await expect(row(page, name)).toHaveCount(5);
  await expect(count).toHaveText("5 in total");
});

test("a row is not taken from under one's hands by what becomes of a related record", async ({ page, browser }) => {
  await signIn(page, "admin");
  const name = unique("Held");
  const company = await create(page, "customer", { name: `${name} company`, kind: "company", industry: "retail" });
  await create(page, "contact", { name: `${name} A`, customer_id: company });
  await create(page, "contact", { name: `${name} B`, customer_id: company });
  const filter = [{ field: { field: "customer_id.industry", op: "eq", value: "retail" } }];
  await page.goto(`/contacts?q=${encodeURIComponent(name)}&f=${encodeURIComponent(JSON.stringify(filter))}`);
  await expect(row(page, name)).toHaveCount(2);
  const title = cell(row(page, `${name} B`), "job_title");
  const input = title.locator("input");
  await press(title.locator(".cell-edit"), input);
  await input.fill("Half a");
  const colleague = await (await browser.newContext()).newPage();
  await signIn(colleague, "admin");
  const change = { do: "update", id: company, version: null, values: { industry: "energy" } };
  await call(colleague, "apply", { command: { record_type: "customer", changes: [change] } });
  await expect(row(page, `${name} A`)).toHaveCount(0);
  await expect(input).toHaveValue("Half a");
  await input.press("Escape");
  await expect(row(page, name)).toHaveCount(0);
});

test("what is missing of a record stays open to choose from while a colleague changes it", async ({ page, browser }) => {
  await signIn(page, "admin");
  const id = await create(page, "customer", { name: unique("Hardly known") });
  await page.goto(`/customers/${id}`);
  const head = page.locator(".record-name");
  const entry = head.getByRole("menuitem", { name: "Phones" });
  await press(head.getByRole("button", { name: "% complete" }), entry);
  const colleague = await (await browser.newContext()).newPage();
  await signIn(colleague, "admin");
  const change = { do: "update", id, version: null, values: { tags: ["Seen"] } };
  await call(colleague, "apply", { command: { record_type: "customer", changes: [change] } });
  await expect(head.locator(".tags")).toContainText("Seen");
  await expect(entry).toBeVisible();
});

test("an address of a view that was deleted, or is not shared, says so and lists everything", async ({ page, browser }) => {
  await signIn(page, "admin");
  const name = unique("Lost");
  const values = { name, record_type: "customer", surface: "list", audience: "private", query: { q: "nobody is called so" } };
  const id = await create(page, "saved_view", values);
  const colleague = await (await browser.newContext()).newPage();
  await signIn(colleague, "manager");
  await colleague.goto(`/customers?view=${id}`);
  await expect(colleague.locator(".list-lost")).toContainText(/not shared with you|未与您共享/);
  await expect(colleague.locator("tbody tr[data-id]").first()).toBeVisible();
  // Once something else was listed, it is over.
  await find(colleague, name);
  await expect(colleague.locator(".list-lost")).toHaveCount(0);
  await search(colleague).fill("");
  await expect(colleague).toHaveURL(/\/customers$/);
  await expect(colleague.locator("tbody tr[data-id]").first()).toBeVisible();
  await expect(colleague.locator(".list-lost")).toHaveCount(0);

  const archived = { do: "archive", id };
  await call(page, "apply", { command: { record_type: "saved_view", changes: [archived] } });
  await create(page, "customer", { name: unique("Listed") });
  await page.goto(`/customers?view=${id}`);
  const note = page.locator(".list-lost");
  await expect(note).toContainText(`The view “${name}” was deleted.`);
  await expect(page).toHaveURL(/\/customers$/);
  await expect(page.locator("tbody tr[data-id]").first()).toBeVisible();
  await note.getByRole("button", { name: "Restore" }).click();
  await expect(search(page)).toHaveValue("nobody is called so");
  await expect(note).toHaveCount(0);
});

test("a condition is about a part of an address, with one value or several", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Place");
  for (const city of ["Jinan", "Weihai", "Yantai"]) await create(page, "customer", { name: `${name} ${city}`, address: { city } });
  await openList(page, name);
  await expect(row(page, name)).toHaveCount(3);
  const dialog = page.locator("dialog[open]");
  const value = dialog.locator("#filter-value");
  await press(page.locator(".chip[data-add]"), dialog);
  await dialog.locator("#filter-field").click();
  await dialog.locator("#filter-field").fill("address city");
  await dialog.locator('.combobox-option[data-value="address.city"]').click();
  await dialog.locator("#filter-op").selectOption("eq");
  await value.fill("Jinan");
  await dialog.locator("button[data-kind=primary]").click();
  const chip = page.locator(".chip[data-set]");
  await expect(chip).toContainText("Address: City is Jinan");
  await expect(row(page, name)).toHaveCount(1);
  // What was chosen is one of several now.
  await chip.locator(".chip-words").click();
  await dialog.locator("#filter-op").selectOption("in");
  await value.fill("Weihai");
  await value.press("Enter");
  await dialog.locator("button[data-kind=primary]").click();
  await expect(chip).toContainText("Address: City is one of Jinan, Weihai");
  await expect(row(page, name)).toHaveCount(2);
});

test("the field of a condition is found by typing, in both languages and by pinyin, with keys and fingers @phone", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/contacts");
  const dialog = page.locator("dialog[open]");
  await press(page.locator(".chip[data-add]"), dialog);
  const field = dialog.locator("#filter-field");
  const options = dialog.locator(".combobox-option");
  await field.click();
  // Own fields first, then those of the company under its name; all of them are there without typing.
  await expect(dialog.getByRole("group", { name: "Company", exact: true }).getByRole("option").first()).toBeAttached();
  expect(await options.count()).toBeGreaterThan(30);
  for (const typed of ["company indus", "行业", "hangye"]) {
    // The other language's texts come after the page's own.
    await expect(async () => {
      await field.fill("");
      await field.fill(typed);
      await expect(options.filter({ hasText: "Company → Industry" })).toBeVisible({ timeout: 1_000 });
      await expect(options.filter({ hasText: "Created" })).toHaveCount(0, { timeout: 1_000 });
    }).toPass();
  }
  // Esc closes the list alone, and the field stays as it was.
  const before = await dialog.locator("#filter-op").inputValue();
  await field.press("Escape");
  await expect(dialog).toBeVisible();
  await expect(field).not.toHaveValue("hangye");
  await expect(dialog.locator("#filter-op")).toHaveValue(before);
  await field.fill("company → industry");
  await expect(options).toHaveCount(1);
  await field.press("Enter");
  await expect(field).toHaveValue("Company → Industry");
  // What is typed takes the place of what was chosen, also after Esc.
  for (const typed of ["cust", "cre"]) {
    await page.keyboard.type(typed);
    await expect(field).toHaveValue(typed);
    await field.press("Escape");
    await expect(field).toHaveValue("Company → Industry");
  }
  await dialog.locator("#filter-op").selectOption("eq");
  await dialog.locator("#filter-value").selectOption("energy");
  // The list begins with what is chosen, and cannot be left without.
  await field.click();
  await expect(dialog.locator(".combobox-option[data-active]")).toHaveText("Company → Industry");
  await expect(dialog.locator(".field:has(#filter-field) .combobox-clear")).toHaveCount(0);
  await field.press("Enter");
  await expect(dialog.locator("#filter-value")).toHaveValue("energy");
  await dialog.locator("button[data-kind=primary]").click();
  await expect(page.locator(".chip[data-set]")).toContainText("Industry is Energy");
});

test("many records change together and come back together", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Bulk");
  const ids = await Promise.all([1, 2, 3].map((n) => create(page, "customer", { name: `${name} ${n}` })));
  await openList(page, name);
  await expect(row(page, name)).toHaveCount(3);
  await row(page, name).first().locator("input[type=checkbox]").click();
  await row(page, name).last().locator("input[type=checkbox]").click({ modifiers: ["Shift"] });
  const bar = page.locator(".bulk-bar");
  await expect(bar.locator("strong")).toContainText("3");
  await bar.locator("button").first().click();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("#bulk-field").selectOption("industry");
  await dialog.locator("#bulk-value").selectOption("energy");
  await dialog.locator("button[data-kind=primary]").click();
  const industries = async () => (await Promise.all(ids.map((id) => stored(page, "customer", id)))).map((r) => r.industry ?? null);
  await expect.poll(industries).toEqual(["energy", "energy", "energy"]);
  await page.locator(".toast-action").last().click();
  await expect.poll(industries).toEqual([null, null, null]);
});

test("a click opens the record beside the list, and its address is its own", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Peek");
  const id = await create(page, "customer", { name });
  await openList(page, name);
  await row(page, name).locator(".cell-main a").click();
  await expect(page.locator(".peek h1")).toHaveText(name);
  await expect(page).toHaveURL(new RegExp(`peek=customers(%2F|/)${id}`));
  // A colleague opens the link.
  await page.reload();
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await expect(page.locator(".peek h1")).toHaveText(name);
  await page.goBack();
  await expect(page.locator(".peek")).toHaveCount(0);
});

test("deleting asks for the name", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Delete");
  const id = await create(page, "customer", { name });
  await page.goto(`/customers/${id}`);
  const confirm = page.locator("dialog[open]");
  const item = page.locator(".menu-item[data-danger]").first();
  await press(page.locator(".record-head .menu > [data-icon-only]"), item);
  await press(item, confirm);
  await expect(confirm.locator("button[data-kind=danger]")).toBeDisabled();
  await confirm.locator("#confirm-phrase").fill(name);
  await confirm.locator("button[data-kind=danger]").click();
  await expect(page).toHaveURL(/\/customers$/);
  await page.goto(`/customers/${id}`);
  await expect(page.locator('.state[data-kind="error"]')).toBeVisible();
  // What one deleted is brought back in the history.
  await page.locator(".state").getByRole("link", { name: "History" }).click();
  await expect(page.locator(".history-set", { hasText: name }).first()).toContainText("deleted");
});

test("what is kept about a person is had as a file, and erased for good", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Erase");
  const id = await create(page, "customer", { name, kind: "person", emails: [`${name.toLowerCase().replace(/\W/g, "")}@example.com`] });
  await create(page, "activity", { kind: "note", content: `Talked with ${name}`, customer_id: id });
  const all = await (await page.request.get(`/api/export/customers/${id}/about.json`)).text();
  expect(all).toContain(`Talked with ${name}`);
  await page.goto(`/customers/${id}`);
  const confirm = page.locator("dialog[open]");
  const item = page.locator(".menu-item[data-danger]").last();
  await press(page.locator(".record-head .menu > [data-icon-only]"), item);
  await press(item, confirm);
  await confirm.locator("#confirm-phrase").fill(name);
  await confirm.locator("button[data-kind=danger]").click();
  await expect(page.locator("h1").first()).toHaveText(/Erased person|已删除的个人信息/);
  const told = page.locator(".toast").filter({ hasText: "Personal data erased" });
  await expect(told).toBeVisible();
  await expect(told.locator(".toast-action")).toHaveCount(0);
  await expect(page.locator(".timeline")).not.toContainText(name);
  const about = await (await page.request.get(`/api/export/customers/${id}/about.json`)).text();
  expect(about.split("timeline")[0]).not.toContain(name);
});

test("the server finishes every record's page, also when it is busy", async ({ page }) => {
  await signIn(page, "admin");
  const id = await create(page, "customer", { name: unique("Finished") });
  const load = async () => (await page.request.get(`/customers/${id}`, { timeout: 20_000 })).text();
  for (let round = 0; round < 5; round++) {
    for (const html of await Promise.all(Array.from({ length: 8 }, load))) expect(html).toContain("timeline-item");
  }
});

test("what is not there says so", async ({ page }) => {
  await signIn(page, "admin");
  for (const path of ["/planets", `/customers/${randomUUID()}`, "/customers/none"]) {
    await page.goto(path);
    await expect(page.locator('.state[data-kind="error"]')).toBeVisible();
  }
});

test("on a phone rows are cards and nothing scrolls sideways @phone", async ({ page }, info) => {
  test.skip(info.project.name !== "phone");
  await signIn(page, "admin");
  const name = unique("Phone");
  const id = await create(page, "customer", { name, phones: ["+86 138 0000 0000"] });
  await openList(page, name);
  await row(page, name).locator(".cell-main a").click();
  await expect(page).toHaveURL(new RegExp(`/customers/${id}$`));
  await expect(page.locator(".record h1")).toHaveText(name);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});

test("on a phone a deal's amount and stage are seen, and all tools of the list stand in one line @phone", async ({ page }, info) => {
  test.skip(info.project.name !== "phone");
  await signIn(page, "admin");
  await page.goto("/opportunities");
  const first = page.locator("tbody tr[data-id]").filter({ has: page.locator('td[data-field="amount"] data') }).first();
  for (const field of ["amount", "stage_id"]) {
    const words = cell(first, field).locator("data, .truncate").first();
    await expect(words).toHaveText(/./);
    expect((await cell(first, field).boundingBox())!.width, field).toBeGreaterThan(20);
  }
  const tops = await page.locator(".list-bar").evaluate((bar) => {
    const tools = bar.querySelectorAll(":scope .list-search input, :scope > .segmented, :scope > .menu > .button, :scope .list-select .button");
    return [...tools].map((tool) => tool.getBoundingClientRect()).map(({ top, height }) => top + height / 2);
  });
  expect(tops).toHaveLength(4);
  expect(Math.max(...tops) - Math.min(...tops)).toBeLessThan(10);
});

test("on a phone rows are chosen once one says so @phone", async ({ page }, info) => {
  test.skip(info.project.name !== "phone");
  await signIn(page, "admin");
  const name = unique("Chosen");
  await create(page, "customer", { name });
  await openList(page, name);
  await expect(row(page, name).getByRole("checkbox")).toBeHidden();
  await page.getByRole("button", { name: "Select", exact: true }).click();
  await row(page, name).click();
  const bar = page.locator(".bulk-bar");
  await expect(bar.locator("strong")).toContainText("1");
  expect((await bar.boundingBox())!.height).toBeLessThan(70);
  await bar.getByRole("button", { name: "Archive" }).click();
  await expect(row(page, name)).toHaveCount(0);
});

// A customer of this test's own, so that the list is never empty.
async function seeded(page: Page): Promise<string> {
  const name = unique("Seed");
  await create(page, "customer", { name });
  return name;
}
