// The service desk's filters and saved views, what is done with many tickets at once, and who gets them.
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, chooseField, create, createAll, expect, pick, press, signIn, test } from "./product.js";

const fresh = (what: string) => `${what} ${randomUUID().slice(0, 8)}`;
const row = (page: Page, id: string) => page.locator(`.ticket-row[data-id="${id}"]`);
const chips = (page: Page) => page.locator(".desk-filters .chip[data-set]");
const toast = (page: Page, text: string) => page.locator(".toast").filter({ hasText: text });
const views = (page: Page) => page.locator(".desk-filters").getByRole("button", { name: "Views", exact: true });
const inRail = (page: Page, name: string) => page.locator(".desk-views").getByRole("link", { name });
const stored = async (page: Page, id: string) =>
  (await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type: "ticket", id })).row;

async function queue(page: Page): Promise<string> {
  return create(page, "queue", { name: fresh("Views"), routing: "manual", public: false });
}

// Lists tickets of some kinds only.
async function ofKinds(page: Page, op: string, kinds: string[]) {
  const dialog = page.locator("dialog[open]");
  await press(page.locator(".desk-filters .chip[data-add]"), dialog);
  await chooseField(dialog, "kind");
  await dialog.locator("#filter-op").selectOption(op);
  for (const kind of kinds) await dialog.getByRole("checkbox", { name: kind }).check();
  await dialog.getByRole("button", { name: "Apply" }).click();
  await expect(dialog).toHaveCount(0);
}

test("a view of the desk is narrowed, stays current, and is saved, renamed and removed", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const kinds = ["repair", "praise", "complaint"];
  const ids = await createAll(page, "ticket", kinds.map((kind) => ({ subject: kind, queue_id: own, kind })));
  await page.goto(`/desk?view=queue-${own}`);
  await expect(page.locator(".ticket-row")).toHaveCount(3);
  await ofKinds(page, "in", ["Repair", "Complaint"]);
  await expect(chips(page)).toHaveText(["Kind is one of Repair, Complaint"]);
  await expect(page.locator(".ticket-row")).toHaveCount(2);
  await expect(row(page, ids[1]!)).toHaveCount(0);
  // What fits comes by itself, and what no longer does goes; a link leads to the same.
  const later = await create(page, "ticket", { subject: "later", queue_id: own, kind: "repair" });
  await expect(row(page, later)).toBeVisible();
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id: ids[0], values: { kind: "praise" } }] } });
  await expect(row(page, ids[0]!)).toHaveCount(0);
  await page.reload();
  await expect(chips(page)).toHaveCount(1);
  await expect(page.locator(".ticket-row")).toHaveCount(2);
  const name = fresh("Mended");
  await pick(views(page), page.getByRole("menuitem", { name: "Save as view" }));
  const dialog = page.locator("dialog[open]");
  await dialog.locator("#view-name").fill(name);
  await dialog.locator("#view-audience").selectOption("everyone");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=saved-/);
  await expect(inRail(page, name)).toHaveAttribute("aria-current", "page");
  await expect(inRail(page, name).locator(".count")).toHaveText("2");
  await expect(page.locator(".ticket-row")).toHaveCount(2);
  // Changed, which is marked; put back, and kept so.
  const changed = page.locator(".desk-list .view-changed");
  // What views keep is known once they can be put into effect.
  await press(views(page), page.getByRole("menuitem", { name: "Rename view" }));
  await page.keyboard.press("Escape");
  await expect(changed).toHaveText("");
  await chips(page).filter({ hasText: "Kind" }).locator(".chip-remove").click();
  await expect(page.locator(".ticket-row")).toHaveCount(4);
  await expect(changed).toContainText("Changed");
  await changed.getByRole("button", { name: "Reset" }).click();
  await expect(changed).toHaveText("");
  await expect(page.locator(".ticket-row")).toHaveCount(2);
  await chips(page).filter({ hasText: "Kind" }).locator(".chip-remove").click();
  await expect(page.locator(".ticket-row")).toHaveCount(4);
  await pick(views(page), page.getByRole("menuitem", { name: "Update view" }));
  await expect(page).not.toHaveURL(/[?&]f=/);
  await expect(changed).toHaveText("");
  await expect(inRail(page, name).locator(".count")).toHaveText("4");
  const other = fresh("Renamed");
  await pick(views(page), page.getByRole("menuitem", { name: "Rename view" }));
  await expect(dialog.locator("#view-audience")).toHaveValue("everyone");
  await dialog.locator("#view-name").fill(other);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(inRail(page, other)).toBeVisible();
  await expect(inRail(page, name)).toHaveCount(0);
  await pick(views(page), page.getByRole("menuitem", { name: "Delete view" }));
  await expect(inRail(page, other)).toHaveCount(0);
  await toast(page, "View removed").getByRole("button", { name: "Undo" }).click();
  await expect(inRail(page, other)).toHaveAttribute("aria-current", "page");
  await expect(page.locator(".ticket-row")).toHaveCount(4);
});

test("a view of one's own stands among the others at once, before these are read anew", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  await createAll(page, "ticket", ["A", "B"].map((subject) => ({ subject, queue_id: own, kind: "repair" })));
  await page.goto(`/desk?view=queue-${own}`);
  await ofKinds(page, "in", ["Repair"]);
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/api/fn/desk_around", async (route) => {
    await awaited;
    await route.continue();
  });
  const name = fresh("Mine");
  await pick(views(page), page.getByRole("menuitem", { name: "Save as view" }));
  await page.locator("dialog[open] #view-name").fill(name);
  await page.locator("dialog[open]").getByRole("button", { name: "Save" }).click();
  await expect(inRail(page, name)).toHaveAttribute("aria-current", "page");
  arrive();
  await expect(inRail(page, name).locator(".count")).toHaveText("2");
});

test("a view that was empty shows all that arrives", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  await page.goto(`/desk?view=queue-${own}`);
  await press(page.getByRole("button", { name: "New ticket" }), page.locator("dialog[open]"));
  await page.keyboard.press("Escape");
  await expect(page.getByText("Nothing waits here")).toBeVisible();
  await createAll(page, "ticket", ["A", "B", "C", "D"].map((subject) => ({ subject, queue_id: own, kind: "request" })));
  await expect(page.locator(".ticket-row")).toHaveCount(4);
});

test("a view is listed in another order, which its address and saved views keep", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const of = (priority: string) => ({ subject: priority, queue_id: own, kind: "request", priority });
  await createAll(page, "ticket", ["low", "urgent", "high"].map(of));
  await page.goto(`/desk?view=queue-${own}`);
  const order = page.locator(".desk-filters").getByRole("button", { name: /^Sort by/ });
  const subjects = () => page.locator(".ticket-row .ticket-subject").allInnerTexts();
  await pick(order, page.getByRole("menuitemradio", { name: "Highest priority first" }));
  await expect(page).toHaveURL(/sort=-priority/);
  await expect.poll(subjects).toEqual(["urgent", "high", "low"]);
  // What comes takes its place among them.
  await create(page, "ticket", of("normal"));
  await expect.poll(subjects).toEqual(["urgent", "high", "normal", "low"]);
  const name = fresh("By priority");
  await pick(views(page), page.getByRole("menuitem", { name: "Save as view" }));
  await page.locator("dialog[open] #view-name").fill(name);
  await page.locator("dialog[open]").getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=saved-/);
  await expect(page).not.toHaveURL(/sort=/);
  await page.reload();
  await expect.poll(subjects).toEqual(["urgent", "high", "normal", "low"]);
  // It is named, too: by what the server sends, and when the page has been taken over.
  const served = await page.evaluate(async () => (await fetch(location.href)).text());
  expect(served).toContain("Sort by: Highest priority first");
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await expect(order).toHaveAccessibleName("Sort by: Highest priority first");
  await pick(order, page.getByRole("menuitemradio", { name: "Newest first" }));
  await expect.poll(subjects).toEqual(["normal", "high", "urgent", "low"]);
  await expect(page.locator(".desk-list .view-changed")).toContainText("Changed");
});

test("none of several kinds are listed, and the list of all tickets has the view, too", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const kinds = ["repair", "praise", "complaint"];
  const ids = await createAll(page, "ticket", kinds.map((kind) => ({ subject: fresh(kind), queue_id: own, kind })));
  await page.goto(`/desk?view=queue-${own}`);
  await ofKinds(page, "not_in", ["Praise", "Complaint"]);
  await expect(chips(page)).toHaveText(["Kind is none of Praise, Complaint"]);
  await expect(page.locator(".ticket-row")).toHaveCount(1);
  // The words lead to where it is changed.
  await chips(page).locator(".chip-words").click();
  const dialog = page.locator("dialog[open]");
  await expect(dialog.getByRole("checkbox", { name: "Praise" })).toBeChecked();
  await dialog.getByRole("checkbox", { name: "Praise" }).uncheck();
  await dialog.getByRole("button", { name: "Apply" }).click();
  await expect(row(page, ids[1]!)).toBeVisible();
  const name = fresh("Both");
  await pick(views(page), page.getByRole("menuitem", { name: "Save as view" }));
  await dialog.locator("#view-name").fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=saved-/);
  await page.goto("/tickets");
  await pick(page.locator(".list-bar").getByRole("button", { name: "Views", exact: true }), page.getByRole("menuitemradio", { name }));
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(2);
  await expect(page.locator(`tbody tr[data-id="${ids[2]}"]`)).toHaveCount(0);
  // A list marks it, too, also when it comes with its address.
  const changed = page.locator(".list-bar .view-changed");
  await page.locator(".list-search input").fill(name);
  await expect(changed).toContainText("Changed");
  await page.reload();
  await expect(changed).toContainText(name);
  await changed.getByRole("button", { name: "Reset" }).click();
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(2);
  await expect(changed).toHaveText("");
});

test("tags are added to and taken off several tickets, the others stay", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const tags = [["vip", "old"], ["old"]];
  const ids = await createAll(page, "ticket", tags.map((tags) => ({ subject: "Tagged", queue_id: own, kind: "request", tags })));
  await page.goto(`/desk?view=queue-${own}`);
  const bar = page.locator(".bulk-bar");
  await press(row(page, ids[0]!).getByRole("checkbox"), bar);
  await row(page, ids[1]!).getByRole("checkbox").check();
  // In words, all of which are in sight.
  for (const name of ["Status", "Priority", "Assign", "Queue", "Tags", "Snooze"]) {
    await expect(bar.getByRole("button", { name })).toHaveText(name);
    await expect(bar.getByRole("button", { name })).toBeInViewport({ ratio: 1 });
  }
  await bar.getByRole("button", { name: "Tags" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("#desk-tags-added").fill("new");
  await dialog.getByRole("checkbox", { name: "old" }).check();
  await dialog.getByRole("button", { name: "Apply" }).click();
  const now = async () => Promise.all(ids.map(async (id) => (await stored(page, id)).tags));
  await expect.poll(now).toEqual([["vip", "new"], ["new"]]);
  await page.locator(".toast").last().getByRole("button", { name: "Undo" }).click();
  await expect.poll(now).toEqual(tags);
});

test("tickets are ticked from one to another, all that are shown, and all there are", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const many = Array.from({ length: 130 }, (_, n) => ({ subject: `Many ${n}`, queue_id: own, kind: "request" }));
  const ids = await createAll(page, "ticket", many);
  await page.goto(`/desk?view=queue-${own}`);
  const bar = page.locator(".bulk-bar");
  const boxes = page.locator(".ticket-row").getByRole("checkbox");
  await press(boxes.nth(0), bar);
  await boxes.nth(3).click({ modifiers: ["Shift"] });
  await expect(bar.locator("strong")).toHaveText("4 selected");
  const shown = page.locator(".desk-list-head").getByRole("checkbox", { name: "Select all shown" });
  await expect(shown).toHaveJSProperty("indeterminate", true);
  await shown.check();
  await expect(bar.locator("strong")).toHaveText("80 selected");
  // By key, from wherever nothing is typed into.
  await page.locator(".desk-list-head h1").click();
  await page.keyboard.press("Shift+X");
  await expect(bar).toHaveCount(0);
  await page.keyboard.press("Shift+X");
  await expect(bar.locator("strong")).toHaveText("80 selected");
  await bar.getByRole("button", { name: "Select all 130" }).click();
  await expect(bar.locator("strong")).toHaveText("130 selected");
  await expect(bar.getByRole("button", { name: "Select all" })).toHaveCount(0);
  await expect(shown).toBeChecked();
  await bar.getByRole("button", { name: "Priority" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "High" }).click();
  await expect(toast(page, "130 records changed")).toBeVisible({ timeout: 30_000 });
  for (const id of [ids[0]!, ids[129]!]) expect((await stored(page, id)).priority).toBe("high");
});

test("on a phone all tickets of a queue, and all rows of a table, are ticked by the bar @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const own = await queue(page);
  const subject = fresh("Together");
  const ids = await createAll(page, "ticket", [1, 2, 3].map((n) => ({ subject: `${subject} ${n}`, queue_id: own, kind: "request" })));
  await page.goto(`/desk?view=queue-${own}`);
  const bar = page.locator(".bulk-bar");
  await press(row(page, ids[0]!).getByRole("checkbox"), bar);
  await bar.getByRole("button", { name: "Select all 3" }).click();
  await expect(bar.locator("strong")).toHaveText("3 selected");
  await page.goto(`/tickets?q=${encodeURIComponent(subject)}`);
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(3);
  await press(page.getByRole("button", { name: "Select", exact: true }), bar);
  await bar.getByRole("button", { name: "Select all 3" }).click();
  await expect(bar.locator("strong")).toHaveText("3 selected");
  await expect(page.locator("tbody tr[data-selected]")).toHaveCount(3);
});

test("a queue is called by its whole name however much waits in it", async ({ page }) => {
  await signIn(page, "admin");
  const name = fresh("Repairs");
  const own = await create(page, "queue", { name, routing: "manual", public: false });
  await createAll(page, "ticket", Array.from({ length: 12 }, () => ({ subject: "Counted", queue_id: own, kind: "request", priority: "urgent" })));
  await page.goto(`/desk?view=queue-${own}`);
  await expect(inRail(page, name).locator(".count > span:last-child")).toHaveText("12");
  const words = inRail(page, name).locator(".truncate");
  await expect(words).toHaveAttribute("title", name);
  expect(await words.evaluate((words) => words.scrollWidth - words.clientWidth)).toBe(0);
});

test("on a phone what is done with chosen tickets are icons and a menu, and the chosen view is in sight @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await create(page, "ticket", { subject: "On the go", queue_id: own, kind: "request" });
  await page.goto(`/desk?view=queue-${own}`);
  const chosen = page.locator(".desk-view[aria-current=page]");
  await expect(chosen).toBeInViewport({ ratio: 1 });
  const mine = page.locator('.desk-view[href="/desk?view=mine"]');
  await mine.click();
  await expect(mine).toHaveAttribute("aria-current", "page");
  await page.goBack();
  await expect(mine).not.toHaveAttribute("aria-current");
  await expect(chosen).toBeInViewport({ ratio: 1 });
  const bar = page.locator(".bulk-bar");
  await press(row(page, id).getByRole("checkbox"), bar);
  expect((await bar.getByRole("button", { name: "Priority" }).boundingBox())!.width).toBeLessThan(60);
  await bar.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Tags" }).click();
  await expect(page.locator("dialog[open] #desk-tags-added")).toBeVisible();
});

test("whoever gives a ticket to a full colleague is told so", async ({ page }) => {
  await signIn(page, "admin");
  const name = fresh("Zoe full");
  const zoe = await create(page, "user", { name, ticket_capacity: 1, away: true });
  const own = await queue(page);
  const ids = await createAll(page, "ticket", ["A", "B"].map((subject) => ({ subject, queue_id: own, kind: "request", owner_id: zoe })));
  await page.goto(`/desk?view=queue-${own}&ticket=${ids[0]}`);
  const dialog = page.locator("dialog[open]");
  await press(page.locator(".ticket-owner"), dialog);
  await dialog.locator("input").fill(name);
  const line = dialog.locator(".desk-colleagues button");
  await expect(line).toHaveCount(1);
  for (const words of ["2 of 1 open", "At capacity", "Away"]) await expect(line).toContainText(words);
  await expect(line.locator("[data-full] .icon")).toBeVisible();
  await page.goto("/settings/users");
  await page.locator(".admin-body input[type=search]").fill(name);
  const person = page.locator(".admin-row", { hasText: name });
  for (const words of ["Away", "Most open tickets: 1"]) await expect(person).toContainText(words);
});

test("the page of a calendar shows the days of a year that are in effect", async ({ page }) => {
  await signIn(page, "admin");
  const holidays = [{ day: "2026-12-24", name: "Stocktaking" }];
  const hours = { mon: [["09:00", "18:00"]], fri: [["09:00", "17:00"]] };
  const workdays = [{ day: "2026-12-05", as: "fri" }];
  const id = await create(page, "business_calendar", { name: fresh("Days"), hours, holidays, workdays, chinese_holidays: true });
  await page.goto(`/business_calendars/${id}`);
  const days = page.locator(".year-days");
  await days.getByLabel("Year").selectOption("2026");
  await expect(days).toContainText("As announced by the State Council.");
  await expect(days).toContainText("15 Feb – 23 Feb");
  await expect(days).toContainText("Stocktaking");
  await expect(days).toContainText("Sun, 20 Sep");
  await expect(days.getByRole("listitem").filter({ hasText: "Sat, 5 Dec" })).toContainText("hours as on Friday");
  await expect(page.getByText("Sat 5 Dec 2026, hours as on Friday").first()).toBeVisible();
  await days.getByLabel("Year").selectOption("2027");
  await expect(days).toContainText("Not announced yet");
  await expect(days.getByRole("listitem")).toHaveCount(3);
});

test("on a phone the cards of a list name their numbers @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const name = fresh("Gold");
  await create(page, "sla_policy", { name, first_response_minutes: 30, resolution_minutes: 480, active: false });
  await page.goto("/sla_policies");
  const card = page.locator("tr[data-row]", { hasText: name });
  const answer = card.locator("td[data-field=first_response_minutes]");
  await expect(answer).toBeVisible();
  await expect(answer).toHaveText("30");
  await expect(answer).toHaveAttribute("data-label", "First answer within (working minutes)");
  await expect(card.locator("td[data-field=position]")).toHaveAttribute("data-label", "Order");
});

test("on a phone the cards of tickets say how far they have come, how urgent they are and who works them @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const [subject, agent] = [fresh("Card"), fresh("Zoe")];
  const owner_id = await create(page, "user", { name: agent });
  await create(page, "ticket", { subject, queue_id: await queue(page), kind: "request", status: "open", priority: "urgent", owner_id });
  await page.goto(`/tickets?q=${encodeURIComponent(subject)}`);
  const card = page.locator("tr[data-row]", { hasText: subject });
  for (const [field, words] of [["status", "Open"], ["priority", "Urgent"], ["owner_id", agent]] as const) {
    const fact = card.locator(`td[data-field="${field}"]`);
    await expect(fact).toContainText(words);
    await expect(fact.getByText(words)).toBeInViewport({ ratio: 1 });
  }
});
