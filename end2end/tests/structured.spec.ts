// What is kept as a structure is edited as one: opening hours, days, escalation steps, conditions, macros, questions. Each is
// made by hand, said in words, and does what it says.
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, chooseField, create, expect, press, signIn, test } from "./product.js";

const fresh = (what: string) => `${what} ${randomUUID().slice(0, 8)}`;
const field = (page: Page, name: string) => page.locator(`[data-field=${name}]`);

// Opens the dialog that edits a structured field of the record shown.
async function edit(page: Page, name: string): Promise<Locator> {
  const dialog = page.locator("dialog[open]");
  await press(field(page, name).getByRole("button").last(), dialog);
  return dialog;
}

async function save(dialog: Locator) {
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
}

async function read(page: Page, record_type: string, id: string): Promise<Record<string, unknown>> {
  return (await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type, id })).row;
}

test("a calendar is made with its hours and days @phone", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/business_calendars");
  const form = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "New calendar" }), form);
  const name = fresh("Shop");
  // Its names are labelled by their languages.
  await expect(form.getByLabel("Name (English)", { exact: true })).toBeVisible();
  await form.getByLabel("Name (Chinese)", { exact: true }).fill(name);
  await form.getByRole("button", { name: "Add hours: Mon" }).click();
  const monday = form.getByRole("group", { name: "Mon" });
  await monday.getByLabel("To").fill("08:00");
  await form.getByRole("button", { name: "Tuesday to Friday alike" }).click();
  await form.getByRole("group", { name: "Days closed" }).getByRole("button", { name: "Add a day" }).click();
  await form.getByRole("button", { name: "Save" }).click();
  // What is wrong is said where it is, and what was typed stays.
  await expect(form.locator("[data-part=day] .field-error")).toHaveText("Please fill this in.");
  await form.getByLabel("Day", { exact: true }).fill("2026-12-24");
  await form.locator("[data-part=name]").getByRole("textbox").fill("Christmas Eve");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("09:00–08:00 must end after it begins.")).toHaveCount(5);
  for (const day of ["Mon", "Tue", "Wed", "Thu", "Fri"]) await form.getByRole("group", { name: day }).getByLabel("To").fill("18:00");
  await form.getByRole("button", { name: "Add hours: Sat" }).click();
  await form.getByRole("group", { name: "Sat" }).getByLabel("From").fill("10:00");
  await form.getByRole("group", { name: "Sat" }).getByLabel("To").fill("00:00");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await page.goto("/business_calendars");
  await page.getByText(name).first().click();
  await page.getByRole("link", { name: "Open" }).or(page.locator("h1", { hasText: name })).first().click();
  await expect(field(page, "hours").locator("dd")).toContainText("Mon–Fri 09:00–18:00");
  await expect(field(page, "hours").locator("dd")).toContainText("Sat 10:00–24:00");
  await expect(field(page, "holidays").locator("dd")).toContainText("Christmas Eve");
});

test("escalation steps are added, told what is wrong with them, and undone", async ({ page }) => {
  await signIn(page, "admin");
  const id = await create(page, "sla_policy", { name: fresh("Level"), active: false, resolution_minutes: 60 });
  await page.goto(`/sla_policies/${id}`);
  const dialog = await edit(page, "steps");
  await dialog.getByRole("button", { name: "Add a step" }).click();
  await dialog.getByLabel("At percent of the time").fill("7");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.locator("[data-part=at_percent] .field-error")).toHaveText("Enter a value from 50 to 500.");
  await dialog.getByLabel("At percent of the time").fill("80");
  await dialog.getByLabel("What happens").selectOption("assign");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Choose whom to assign the ticket to")).toBeVisible();
  // What was wrong with one is not told of another that comes into its place.
  await dialog.getByRole("button", { name: "Add a step" }).click();
  await dialog.getByRole("button", { name: "Remove" }).first().click();
  await expect(dialog.locator(".field-error")).toHaveCount(0);
  await dialog.getByLabel("At percent of the time").fill("80");
  // Raising the priority concerns nobody: there is nobody to choose.
  await dialog.getByLabel("What happens").selectOption("raise_priority");
  await expect(dialog.locator("[data-part=user_id]")).toBeHidden();
  await save(dialog);
  await expect(field(page, "steps").locator("dd")).toContainText("Solving at 80%: Raise the priority");
  // The history says it in the same words.
  await expect(page.locator(".timeline")).toContainText("Solving at 80%: Raise the priority");
  expect((await read(page, "sla_policy", id)).steps).toEqual([{ clock: "resolution", at_percent: 80, action: "raise_priority" }]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(field(page, "steps").locator("dd")).not.toContainText("Solving");
});

test("a draft that comes back in a new form says whom it names, also within its entries", async ({ page }) => {
  await signIn(page, "admin");
  const [calendar, team] = [fresh("Round the clock"), fresh("Night watch")];
  const ids = [await create(page, "business_calendar", { name: calendar }), await create(page, "team", { name: team })];
  await page.goto("/sla_policies");
  const form = page.locator("dialog[open]");
  const make = page.getByRole("button", { name: "New service level" }).first();
  const own = form.getByRole("combobox", { name: "Calendar", exact: true });
  const within = form.locator("[data-part=team_id]").getByRole("combobox");
  await press(make, form);
  await own.fill(calendar);
  await form.getByRole("option", { name: calendar }).click();
  await form.getByRole("button", { name: "Add a step" }).click();
  await within.fill(team);
  await form.getByRole("option", { name: team }).click();
  const kept = () => page.evaluate(() => sessionStorage.getItem("draft.sla_policy.new") ?? "");
  for (const id of ids) await expect.poll(kept).toContain(id);
  await page.reload();
  await press(make, form);
  await expect(form.getByText("Your draft is back.")).toBeVisible();
  await expect(own).toHaveValue(calendar);
  await expect(within).toHaveValue(team);
});

test("a rule's conditions are chosen as filters are, and hold for the next ticket", async ({ page }) => {
  await signIn(page, "admin");
  const word = `zebra${randomUUID().slice(0, 8)}`;
  const id = await create(page, "ticket_rule", { name: fresh("Rule"), priority: "urgent", conditions: { field: { field: "subject", op: "eq", value: word } } });
  await page.goto(`/ticket_rules/${id}`);
  await expect(field(page, "conditions").locator("dd")).toContainText(`Subject is ${word}`);
  const dialog = await edit(page, "conditions");
  await dialog.getByRole("button", { name: "Add a filter" }).click();
  const adding = page.locator("dialog[open]").last();
  await chooseField(adding, "kind");
  await adding.getByLabel("Kind").selectOption("repair");
  await adding.getByRole("button", { name: "Apply" }).click();
  await expect(dialog.getByRole("button", { name: "Kind is Repair", exact: true })).toBeVisible();
  await save(dialog);
  await expect(field(page, "conditions").locator("dd")).toContainText("Kind is Repair");
  const made = async (kind: string) => (await read(page, "ticket", await create(page, "ticket", { subject: word, kind }))).priority;
  expect(await made("repair")).toBe("urgent");
  expect(await made("praise")).not.toBe("urgent");
  await create(page, "ticket_rule", { name: fresh("Idle"), active: false, priority: "low" });
  const again = await edit(page, "conditions");
  await again.getByRole("button", { name: `Remove filter Subject is ${word}` }).click();
  await again.getByRole("button", { name: "Remove filter Kind is Repair" }).click();
  await expect(again.getByText("Without conditions it holds for all.")).toBeVisible();
  await again.getByRole("button", { name: "Cancel" }).click();
  // What a form only proposes binds no rule.
  await page.goto("/tickets");
  const form = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "New ticket" }), form);
  await form.getByLabel("Subject").fill(word);
  await form.getByLabel("Kind").selectOption("repair");
  await save(form);
  const query = { search: word, limit: 1, count: false };
  const { rows } = await call<{ rows: { priority: string; owner_id: string | null }[] }>(page, "list_records", { record_type: "ticket", query });
  expect(rows[0]).toMatchObject({ priority: "urgent" });
  expect(rows[0].owner_id ?? null).toBeNull();
  await call(page, "apply", { command: { record_type: "ticket_rule", changes: [{ do: "archive", id, version: null }], all_or_nothing: true } }).catch(() => null);
});

test("what was typed in a dialog survives its closing, and the focus goes on from where it was", async ({ page }) => {
  await signIn(page, "admin");
  const id = await create(page, "survey", { name: fresh("Drafts"), kind: "csat", locale: "en", question: "How was it?" });
  await page.goto(`/surveys/${id}`);
  const dialog = await edit(page, "questions");
  const entry = (n: number) => dialog.getByRole("group", { name: `Further questions ${n}`, exact: true });
  for (const [n, words] of ["One?", "Two?", "Three?"].entries()) {
    await dialog.getByRole("button", { name: "Add a question" }).click();
    await expect(entry(n + 1).getByRole("textbox", { name: "Question" })).toBeFocused();
    await entry(n + 1).getByRole("textbox", { name: "Question" }).fill(words);
  }
  await entry(3).getByRole("button", { name: "Move up" }).click();
  await expect(entry(2).getByRole("textbox", { name: "Question" })).toHaveValue("Three?");
  await expect(entry(2).getByRole("button", { name: "Move up" })).toBeFocused();
  await page.keyboard.press("Enter");
  // It is the first now: further up there is nothing.
  await expect(entry(1).getByRole("button", { name: "Move down" })).toBeFocused();
  await entry(1).getByRole("button", { name: "Remove Further questions 1" }).click();
  await expect(entry(1).getByRole("textbox", { name: "Question" })).toHaveValue("One?");
  await expect(entry(1).getByRole("button", { name: "Remove Further questions 1" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(field(page, "questions").getByRole("button").last()).toBeFocused();

  const again = await edit(page, "questions");
  await expect(again.getByText("Your draft is back.")).toBeVisible();
  await expect(entry(2).getByRole("textbox", { name: "Question" })).toHaveValue("Two?");
  await save(again);
  await expect(field(page, "questions").locator("dd .value-lines > span")).toHaveText([/^One\?/, /^Two\?/]);
  // Cancelling drops what was typed.
  const third = await edit(page, "questions");
  await expect(third.getByText("Your draft is back.")).toBeHidden();
  await entry(1).getByRole("button", { name: "Remove Further questions 1" }).click();
  await third.getByRole("button", { name: "Cancel" }).click();
  const fourth = await edit(page, "questions");
  await expect(entry(1).getByRole("textbox", { name: "Question" })).toHaveValue("One?");
  // A draft is dropped for what a colleague has written meanwhile, and that is no conflict.
  await entry(1).getByRole("textbox", { name: "Question" }).fill("Ours?");
  await page.keyboard.press("Escape");
  await expect(fourth).toBeHidden();
  const values = { questions: [{ key: "theirs", label: "Theirs?", kind: "text" }] };
  await call(page, "apply", { command: { record_type: "survey", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await expect(field(page, "questions").locator("dd .value-lines > span")).toHaveText([/^Theirs\?/]);
  const fifth = await edit(page, "questions");
  await fifth.getByRole("button", { name: "Discard draft" }).click();
  await entry(1).getByRole("textbox", { name: "Question" }).fill("Both?");
  await save(fifth);
  await expect(field(page, "questions").locator("dd .value-lines > span")).toHaveText([/^Both\?/]);
});

test("a macro's changes are chosen by field", async ({ page }) => {
  await signIn(page, "admin");
  const id = await create(page, "reply_template", { name: fresh("Macro"), content: "<p>Hello</p>", audience: "private" });
  await page.goto(`/reply_templates/${id}`);
  const dialog = await edit(page, "changes");
  await dialog.getByLabel("Set a field…").selectOption("priority");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.locator("[data-part=priority] .field-error")).toHaveText("Please fill this in.");
  await dialog.getByRole("combobox", { name: "Priority" }).selectOption("high");
  await expect(dialog.locator("[data-part=priority] .field-error")).toBeHidden();
  // Nobody's owner is taken away because no other was chosen.
  await dialog.getByLabel("Set a field…").selectOption("owner_id");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.locator("[data-part=owner_id] .field-error")).toHaveText("Please fill this in.");
  await dialog.getByLabel("Empty this field").check();
  await dialog.getByLabel("Set a field…").selectOption("tags");
  await dialog.locator("[data-part=tags] input[type=text]").fill("vip");
  await page.keyboard.press("Enter");
  await save(dialog);
  await expect(field(page, "changes").locator("dd")).toContainText("Priority: High");
  await expect(field(page, "changes").locator("dd")).toContainText("vip");
  expect((await read(page, "reply_template", id)).changes).toEqual({ owner_id: null, priority: "high", tags: ["vip"] });
});

test("questions are put in order, answered at the survey's address, and counted while one looks @phone", async ({ page, browser, isMobile }) => {
  await signIn(page, "admin");
  const id = await create(page, "survey", { name: fresh("Survey"), kind: "nps", locale: "en", question: "Would you recommend us?", public: true });
  await page.goto(`/surveys/${id}`);
  const dialog = await edit(page, "questions");
  const entry = (n: number) => dialog.getByRole("group", { name: `Further questions ${n}`, exact: true });
  await dialog.getByRole("button", { name: "Add a question" }).click();
  await entry(1).getByRole("textbox", { name: "Question" }).fill("Which one?");
  await entry(1).getByLabel("Answered", { exact: true }).selectOption("choice");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(entry(1).locator("[data-part=choices] .field-error")).toHaveText("Please fill this in.");
  await entry(1).locator("[data-part=choices] textarea").fill("Red\nBlue, perhaps");
  await expect(entry(1).locator("[data-part=choices] .field-error")).toBeHidden();
  await dialog.getByRole("button", { name: "Add a question" }).click();
  await entry(2).getByRole("textbox", { name: "Question" }).fill("Why?");
  await entry(2).getByRole("button", { name: "Move up" }).click();
  await expect(entry(1).getByRole("textbox", { name: "Question" })).toHaveValue("Why?");
  if (!isMobile) {
    const { violations } = await new AxeBuilder({ page }).include("dialog[open]").setLegacyMode().analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" ")}`)).toEqual([]);
  }
  await save(dialog);
  await expect(field(page, "questions").locator("dd .value-lines > span")).toHaveText([/^Why\?/, /^Which one\?.*Red; Blue, perhaps/]);

  const results = page.locator(".survey-results");
  await expect(results).toContainText("0 answers");
  const address = await results.getByLabel("Address of the survey").inputValue();
  const guest = await browser.newContext({ locale: "en-US" });
  const visitor = await guest.newPage();
  await visitor.goto(address);
  await visitor.getByRole("radio", { name: "9" }).check({ force: true });
  await visitor.getByLabel("Which one?").selectOption("Blue, perhaps");
  await visitor.getByLabel("Why?").fill("It works.");
  await expect(async () => {
    const thanks = visitor.getByRole("heading", { name: "Thank you" });
    if (!(await thanks.isVisible())) await visitor.getByRole("button", { name: "Send" }).click({ timeout: 1_000 });
    await expect(thanks).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await guest.close();
  // Live: the answer is counted without a reload.
  await expect(results).toContainText("1 answer");
  await expect(results.locator(".survey-figure")).toContainText("+100");
  await expect(results.locator(".tally").last().locator("li", { hasText: "Blue" })).toContainText("1");
  await results.getByRole("link", { name: "Show the answers" }).click();
  await expect(page.locator("tr[data-row]")).toHaveCount(1);
});

test("a template names only what can be filled in, and offers that @phone", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/reply_templates");
  const form = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "New template" }).first(), form);
  await form.locator("#form-reply_template-name").fill(fresh("Template"));
  await form.locator("#form-reply_template-shortcut").fill("two words");
  const text = form.locator(".rich-area");
  await text.fill("Dear {{nonsense}}");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("There is no variable {{nonsense}}.")).toBeVisible();
  await expect(form.getByText("Use one word without spaces")).toBeVisible();
  await form.locator("#form-reply_template-shortcut").fill(`t${randomUUID().slice(0, 8)}`);
  await text.fill("Dear ");
  await form.getByRole("button", { name: "Who wrote" }).click();
  await expect(text).toHaveText(/Dear\s*\{\{requester\.name\}\}/);
  await expect(form.locator(".field-error")).toHaveCount(0);
  await save(form);
});

test("a rule says what it lacks until it does something, and comes last", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/ticket_rules");
  const form = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "New rule" }).first(), form);
  const name = fresh("Rule");
  await form.locator("#form-ticket_rule-name").fill(name);
  await form.getByRole("checkbox", { name: "In use" }).uncheck();
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.locator(".field-error")).toHaveText(/Choose what the rule does/);
  await form.locator("#form-ticket_rule-priority").selectOption("low");
  await expect(form.locator(".field-error")).toHaveCount(0);
  await save(form);
  const query = { sort: { field: "position", descending: true }, limit: 1 };
  const { rows } = await call<{ rows: { name: string }[] }>(page, "list_records", { record_type: "ticket_rule", query });
  expect(rows[0].name).toBe(name);
});
