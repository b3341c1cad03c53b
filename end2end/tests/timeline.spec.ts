// The timeline of a customer, my day and quick add, as two colleagues use them.
import type { Browser, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, expect, signIn, test } from "./product.js";

async function asUser(browser: Browser, who: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, who);
  return page;
}

const customer = (page: Page) => create(page, "customer", { name: `Timeline ${randomUUID().slice(0, 8)}` });

// The live stream never rests, so "network idle" says nothing: a page is ready when it answers.
async function openCustomer(page: Page, id: string) {
  await page.goto(`/customers/${id}`);
  await expect(async () => {
    await page.locator("#tab-compose-call").click({ timeout: 1_000 });
    await expect(page.locator("#tab-compose-call")).toHaveAttribute("aria-selected", "true", { timeout: 500 });
  }).toPass();
  await page.locator("#tab-compose-note").click();
}

async function openMyDay(page: Page) {
  await page.goto("/");
  await expect(async () => {
    await page.locator(".task-add input").fill("x");
    await expect(page.locator(".task-understood")).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.locator(".task-add input").fill("");
}

// Takes back what a message tells of; messages of acts before it may still be there.
const undo = (page: Page, message: RegExp) => page.locator(".toast", { hasText: message }).locator(".toast-action").click();

const item = (page: Page, text: string) => page.locator(".timeline-item", { hasText: text });

test("a note is there at once, keeps its line breaks and survives a reload @phone", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  await openCustomer(page, id);
  await page.locator(".composer textarea").fill("First line\nSecond line");
  await page.locator(".composer textarea").press("Control+Enter");
  await expect(item(page, "Second line")).toBeVisible();
  await expect(page.locator(".composer textarea")).toHaveValue("");
  // At once: what was sent arrives even if the page is left before the answer.
  await page.reload();
  const text = page.locator(".timeline-text", { hasText: "First line" });
  expect(await text.innerText()).toContain("First line\nSecond line");
});

test("what is sent in the moment of leaving arrives", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  await openCustomer(page, id);
  await page.locator(".composer textarea").fill("Said in the doorway");
  const left = page.waitForNavigation();
  await page.evaluate(() => {
    document.querySelector<HTMLFormElement>("form.composer")!.requestSubmit();
    setTimeout(() => location.assign("/customers"));
  });
  await left;
  await page.goto(`/customers/${id}`);
  await expect(item(page, "Said in the doorway")).toBeVisible();
});

test("what was not sent survives a reload", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  await openCustomer(page, id);
  await page.locator("#tab-compose-call").click();
  await page.locator(".composer textarea").fill("Half a thought");
  await page.reload();
  await expect(page.locator(".composer textarea")).toHaveValue("Half a thought");
  await expect(page.locator("#tab-compose-call")).toHaveAttribute("aria-selected", "true");
});

test("a call needs no words, a note does", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  await openCustomer(page, id);
  await page.locator(".composer button[type=submit]").click();
  await expect(page.locator(".composer-error")).toBeVisible();
  await page.locator("#tab-compose-call").click();
  await page.locator(".composer select").nth(1).selectOption("no_answer");
  await page.locator(".composer button[type=submit]").click();
  await expect(page.locator('.timeline-item[data-kind="call"]')).toHaveCount(1);
});

test("a note on what a colleague deleted says why it is refused, and goes once that is back", async ({ page }) => {
  await signIn(page, "admin");
  const id = await customer(page);
  await openCustomer(page, id);
  const text = page.locator(".composer textarea");
  await text.fill("Nearly lost");
  const command = { record_type: "customer", changes: [{ do: "delete", id }] };
  const { change_set } = await call<{ change_set: string }>(page, "apply", { command });
  const notice = page.locator(".record > .notice");
  await expect(notice).toBeVisible();
  await page.locator(".composer button[type=submit]").click();
  await expect(page.locator(".composer-error")).toBeVisible();
  await expect(text).toHaveValue("Nearly lost");
  await call(page, "undo", { change_set });
  await expect(notice).toHaveCount(0);
  await text.press("Control+Enter");
  await expect(page.locator('.timeline-item[data-kind="note"]')).toHaveCount(1);
  await expect(page.locator(".composer-error")).toHaveCount(0);
});

test("a follow-up is planned, ticked off, and the tick taken back", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  await openCustomer(page, id);
  await page.locator("#tab-compose-plan").click();
  await page.locator(".composer textarea").fill("Send the offer");
  await page.locator(".composer button[type=submit]").click();
  const planned = page.locator(".timeline-item[data-planned]", { hasText: "Send the offer" });
  await expect(planned).toBeVisible();
  // Not check(): the ticked line goes elsewhere, so there is no box left to look at.
  await planned.locator("input[type=checkbox]").click();
  await expect(planned).toHaveCount(0);
  await expect(page.locator('.timeline-item[data-kind="task"]', { hasText: "Send the offer" })).toBeVisible();
  await undo(page, /Done:|已完成：/);
  await expect(planned).toBeVisible();
});

test("colleagues see a note and a changed field without reloading", async ({ browser }) => {
  const [rep, manager] = [await asUser(browser, "rep"), await asUser(browser, "manager")];
  const id = await customer(rep);
  await openCustomer(rep, id);
  await openCustomer(manager, id);
  await rep.locator(".composer textarea").fill("Seen by both");
  await rep.locator(".composer textarea").press("Control+Enter");
  await expect(item(manager, "Seen by both")).toBeVisible({ timeout: 3_000 });
  const values = { website: "https://example.com/new" };
  await call(rep, "apply", { command: { record_type: "customer", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await expect(item(manager, "https://example.com/new")).toBeVisible();
});

test("an own note is edited and archived, and the archive undone", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  await create(page, "activity", { kind: "note", content: "Wrong words", occurred_at: new Date().toISOString(), customer_id: id });
  await openCustomer(page, id);
  await item(page, "Wrong words").locator("button[aria-haspopup=menu]").click();
  await page.locator(".menu-item:visible").first().click();
  await page.locator(".timeline-edit textarea").fill("Right words");
  await page.locator(".timeline-edit textarea").press("Control+Enter");
  await expect(item(page, "Right words")).toBeVisible();
  await expect(item(page, "Wrong words")).toHaveCount(0);
  await expect(item(page, "Right words").locator("button[aria-haspopup=menu]")).toBeVisible();
  await item(page, "Right words").locator("button[aria-haspopup=menu]").click();
  await page.locator(".menu-item:visible").last().click();
  await expect(item(page, "Right words")).toHaveCount(0);
  await undo(page, /archived|已归档/);
  await expect(item(page, "Right words")).toBeVisible();
});

test("a changed field is put back from the history", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  const change = (values: object) =>
    call(page, "apply", { command: { record_type: "customer", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await change({ website: "https://example.com/old" });
  await change({ website: "https://example.com/wrong" });
  await openCustomer(page, id);
  await item(page, "https://example.com/wrong").locator("button[aria-haspopup=menu]").click();
  await page.locator(".menu-item:visible").last().click();
  const website = async () =>
    (await call<{ row: { website?: string } }>(page, "get_record", { record_type: "customer", id })).row.website;
  await expect.poll(website).toBe("https://example.com/old");
});

test("a record is looked at as it was, and made so again", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  const change = (values: object) =>
    call(page, "apply", { command: { record_type: "customer", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await change({ website: "https://example.com/then", name: "Name then" });
  await change({ website: null });
  await change({ name: "Name now" });
  await openCustomer(page, id);
  await item(page, "Name then").filter({ hasText: "https://example.com/then" }).locator("button[aria-haspopup=menu]").click();
  await page.locator(".menu-item:visible").first().click();
  const dialog = page.locator("dialog[open]");
  await expect(dialog.getByRole("heading").first()).toHaveText(/as it was on .*\d\d:\d\d, changed by \S+|\d\d:\d\d的记录（.+更改后）/);
  // Of when it was changed last a minute may have passed.
  const differing = dialog.locator("tbody").first().locator("ins").filter({ hasNotText: /\d\d:\d\d$/ });
  await expect(differing).toHaveText(["Name then", "https://example.com/then"]);
  await expect(dialog.locator("tbody").last()).toContainText(/Unchanged since|此后未变/);
  await dialog.locator("button[data-kind=primary]").click();
  const now = async () =>
    (await call<{ row: { name: string; website?: string } }>(page, "get_record", { record_type: "customer", id })).row;
  await expect.poll(now).toMatchObject({ name: "Name then", website: "https://example.com/then" });
  await undo(page, /restored|已恢复/i);
  await expect.poll(async () => (await now()).name).toBe("Name now");
});

test("kinds are filtered and the end is reached by scrolling", async ({ page }) => {
  await signIn(page, "rep");
  const id = await customer(page);
  const at = (n: number) => new Date(Date.now() - n * 3_600_000).toISOString();
  const changes = Array.from({ length: 130 }, (_, n) => ({
    do: "create",
    id: randomUUID(),
    values: { kind: n % 10 === 0 ? "call" : "note", subject: `Entry ${n}.`, content: `Entry ${n}.`, occurred_at: at(n), customer_id: id },
  }));
  await call(page, "apply", { command: { record_type: "activity", changes, all_or_nothing: true } });
  await openCustomer(page, id);
  await expect(item(page, "Entry 0.")).toBeVisible();
  await expect(async () => {
    await page.locator(".timeline-more").scrollIntoViewIfNeeded();
    await expect(item(page, "Entry 129.")).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.locator(".chip").nth(1).click();
  await expect(page.locator('.timeline-item[data-kind="note"]')).toHaveCount(0);
  await expect(page.locator('.timeline-item[data-kind="call"]')).toHaveCount(13);
});

test("my day takes a task in one line, shows when, and ticks it off @phone", async ({ page }) => {
  await signIn(page, "rep");
  await openMyDay(page);
  const words = `Call ${randomUUID().slice(0, 8)}`;
  await page.locator(".task-add input").fill(`${words} tomorrow 15:00!`);
  await expect(page.locator(".task-understood")).toContainText("15:00");
  await page.locator(".task-add input").press("Enter");
  const task = page.locator(".task", { hasText: words });
  await expect(task).toHaveAttribute("data-state", "later");
  await expect(task).toContainText("15:00");
  await task.locator("input[type=checkbox]").check();
  await expect(task).toHaveAttribute("data-state", "done");
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(sideways).toBe(0);
});

test("the figures of my day count what stands beside them @phone", async ({ page }) => {
  await signIn(page, "rep");
  await openMyDay(page);
  await page.locator(".task-add input").fill(`Counted ${randomUUID().slice(0, 8)} tomorrow`);
  await page.locator(".task-add input").press("Enter");
  await expect(page.locator(".task", { hasText: "Counted" }).first()).toBeVisible();
  // Freshly loaded: what the server wrote has to give way to what the browser knows.
  await page.reload();
  const section = page.locator(".section", { has: page.locator(".task", { hasText: "Counted" }) });
  // Other tests make and do tasks meanwhile: both change, and agree again.
  await expect(async () => {
    const counted = await section.locator(".count").innerText();
    await expect(page.locator(".figure-value").nth(2)).toHaveText(counted, { timeout: 500 });
  }).toPass();
});

test("a task is put off from my day", async ({ page }) => {
  await signIn(page, "rep");
  const subject = `Late ${randomUUID().slice(0, 8)}`;
  const session = await call<{ rows: { owner_id: string }[] }>(page, "list_records", {
    record_type: "task",
    query: { filter: { field: { field: "owner_id", op: "eq", value: "@me" } }, limit: 1 },
  });
  const owner_id = session.rows[0]?.owner_id;
  await create(page, "task", { subject, due_at: new Date(Date.now() - 86_400_000).toISOString(), owner_id });
  await openMyDay(page);
  const task = page.locator(".task", { hasText: subject });
  await expect(task).toHaveAttribute("data-state", "overdue");
  await task.locator("button[aria-haspopup=menu]").click();
  await page.locator(".menu-item:visible").nth(1).click();
  await expect(task).toHaveAttribute("data-state", "later");
});

test("c opens a new task from anywhere, and it is on my day", async ({ page }) => {
  await signIn(page, "rep");
  await openMyDay(page);
  await page.locator(".task-add input").blur();
  await page.keyboard.press("c");
  const subject = `Quick ${randomUUID().slice(0, 8)}`;
  await page.locator("#quick-task-subject").fill(subject);
  await page.locator("#quick-task-subject").press("Control+Enter");
  await expect(page.locator("dialog[open]")).toHaveCount(0);
  await expect(page.locator(".task", { hasText: subject })).toBeVisible();
});

test("beside a long title stand when it was and what can be done with it, and the name stays whole @phone", async ({ page }) => {
  await signIn(page, "admin");
  const title = `${"A long title ".repeat(8)}${randomUUID().slice(0, 8)}`;
  const id = await create(page, "article", { title, locale: "en", visibility: "internal", content: "<p>Words</p>" });
  await page.goto(`/articles/${id}`);
  const head = item(page, "created").last().locator(".timeline-head");
  await expect(head.locator("> .menu")).toBeVisible();
  const found = await head.evaluate((head) => {
    const box = (part: string) => head.querySelector(`:scope ${part}`)!.getBoundingClientRect();
    const [told, time, menu] = [box("> .timeline-told"), box("> time"), box("> .menu")];
    return {
      lines: head.querySelector("strong")!.getClientRects().length,
      wraps: told.height > 30,
      inOrder: told.right <= time.left && time.right <= menu.left,
      atTheTop: [time, menu].every((part) => part.top - told.top < 12),
    };
  });
  expect(found).toEqual({ lines: 1, wraps: true, inOrder: true, atTheTop: true });
});

test("hydration of my day and of a timeline says nothing on the console @phone", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await signIn(page, "rep");
  await openMyDay(page);
  const { rows } = await call<{ rows: { customer_id: string }[] }>(page, "list_records", {
    record_type: "activity",
    query: { filter: { field: { field: "customer_id", op: "present" } }, limit: 1 },
  });
  await openCustomer(page, rows[0]!.customer_id);
  expect(complaints).toEqual([]);
});
