// The service desk, as two agents use it: live lists and conversations, crossed answers, keys, macros, the phone.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page, Route } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, pick, press, signIn, test } from "./product.js";

async function asUser(browser: Browser, who: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: "en" })).newPage();
  await signIn(page, who);
  await page.evaluate(async () => {
    const body = JSON.stringify({ values: { locale: "en" } });
    await fetch("/api/fn/update_profile", { method: "POST", headers: { "content-type": "application/json" }, body });
  });
  return page;
}

// One red pixel.
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

// A queue of its own, so that tests side by side do not see each other.
async function queue(page: Page): Promise<string> {
  return create(page, "queue", { name: `Desk ${randomUUID().slice(0, 8)}`, routing: "manual", public: false });
}

const ticket = (page: Page, queue_id: string, subject: string, more: object = {}) =>
  create(page, "ticket", {
    subject, queue_id, kind: "request", requester_name: "Wang Fang", requester_email: "wang@example.test",
    description: "<p>The gate does not open.</p>", ...more,
  });

const wrote = (page: Page, ticket_id: string, content: string) =>
  create(page, "ticket_message", { ticket_id, direction: "inbound", author_name: "Wang Fang", content });

const row = (page: Page, id: string) => page.locator(`.ticket-row[data-id="${id}"]`);
const subjects = (page: Page) => page.locator(".ticket-row .ticket-subject").allInnerTexts();
const messages = (page: Page) => page.locator(".message");
const area = (page: Page) => page.locator(".desk-composer .rich-area");
const send = (page: Page) => page.locator(".desk-composer-foot .button[data-kind=primary]");

const status = async (page: Page, id: string) =>
  (await call<{ row: { status: string } }>(page, "get_record", { record_type: "ticket", id })).row.status;
// Nothing where it has none.
const owner = async (page: Page, id: string) =>
  (await call<{ row: { owner_id?: string } }>(page, "get_record", { record_type: "ticket", id })).row.owner_id ?? null;

async function openQueue(page: Page, id: string, open?: string) {
  await page.goto(`/desk?view=queue-${id}${open ? `&ticket=${open}` : ""}`);
  if (open) return openComposer(page);
  await press(page.getByRole("button", { name: "New ticket" }), page.locator("dialog[open]"));
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog[open]")).toHaveCount(0);
}

// The composer answers once the page is taken over: it can be switched to a note and back.
async function openComposer(page: Page) {
  const composer = page.locator(".desk-composer");
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await composer.getByRole("radio", { name: "Note" }).click();
  await expect(composer).toHaveAttribute("data-note", "");
  await composer.getByRole("radio", { name: "Reply" }).click();
  await expect(composer).not.toHaveAttribute("data-note", "");
}

async function write(page: Page, text: string) {
  await area(page).click();
  await page.keyboard.type(text);
}

// Says how many undos the page has asked for from now on.
function undos(page: Page): () => Promise<number> {
  let count = 0;
  page.on("request", (request) => (count += Number(request.url().endsWith("/api/fn/undo"))));
  return async () => {
    // What was asked for before this is known by then.
    await page.evaluate(async () => void (await fetch(location.href)));
    return count;
  };
}

// What the page asks for by that name waits until it is called.
async function held(page: Page, name: string): Promise<() => void> {
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(`**/api/fn/${name}`, async (route) => {
    await awaited;
    await route.continue();
  });
  return () => arrive();
}

test("a new ticket, a customer's message and an answer appear at a colleague without a reload", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "agent")];
  const own = await queue(mine);
  await openQueue(theirs, own);
  const id = await ticket(mine, own, "Gate is stuck");
  await expect(row(theirs, id)).toBeVisible();
  await row(theirs, id).click();
  await openComposer(theirs);
  await expect(messages(theirs).first()).toContainText("does not open");
  await wrote(mine, id, "<p>It squeaks, too.</p>");
  await expect(theirs.locator(".message[data-kind=inbound]").last()).toContainText("squeaks");
  await openQueue(mine, own, id);
  await write(mine, "We send somebody.");
  await mine.keyboard.press("Control+Enter");
  await expect(mine.locator(".message[data-kind=reply]")).toContainText("We send somebody.");
  await expect(theirs.locator(".message[data-kind=reply]")).toContainText("We send somebody.");
  await expect(area(mine)).toHaveText("");
});

test("the table of tickets shows one that comes in, whatever rules and routing did to it at once", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "agent")];
  await theirs.goto("/tickets");
  await press(theirs.getByRole("button", { name: "New ticket" }), theirs.locator("dialog[open]"));
  await theirs.keyboard.press("Escape");
  const subject = `Leak ${randomUUID().slice(0, 8)}`;
  await create(mine, "ticket", { subject, kind: "request", requester_email: "wang@example.test" });
  await expect(theirs.locator("tbody tr", { hasText: subject })).toBeVisible();
});

test("a colleague who is named is told wherever they are, and watches the ticket from then on", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "agent2")];
  const own = await queue(mine);
  const subject = `Gate for Liam ${randomUUID().slice(0, 8)}`;
  const id = await ticket(mine, own, subject);
  await theirs.goto("/customers");
  const found = await call<{ rows: { id: string }[] }>(mine, "list_records", { record_type: "user", query: { search: "Liam" } });
  const reply = {
    ticket_id: id, message_id: randomUUID(), content: "<p>@Liam, please look</p>", note: true, mention_ids: [found.rows[0]!.id], seen: null,
  };
  await call(mine, "send_reply", { reply });
  const toast = theirs.locator(".toast", { hasText: subject });
  await expect(toast).toContainText("mentioned you");
  await toast.getByRole("link", { name: "Open" }).click();
  await expect(theirs).toHaveURL(new RegExp(`/tickets/${id}`));
  await expect(messages(theirs).last()).toContainText("please look");
  await theirs.goto("/desk?view=watching");
  await expect(row(theirs, id)).toBeVisible();
});

test("an answer that crosses another is shown first and sent only when wanted", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "agent")];
  const own = await queue(mine);
  const id = await ticket(mine, own, "Two answers");
  await openQueue(mine, own, id);
  await openQueue(theirs, own, id);
  await write(mine, "My answer");
  await write(theirs, "Their answer");
  await send(theirs).click();
  await expect(mine.locator(".message[data-crossed]")).toContainText("Their answer");
  await expect(send(mine)).toHaveText(/Send anyway/);
  await expect(area(mine)).toContainText("My answer");
  await send(mine).click();
  await expect(mine.locator(".message[data-kind=reply]").last()).toContainText("My answer");
});

test("who writes is seen by colleagues", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "agent")];
  const own = await queue(mine);
  const id = await ticket(mine, own, "Both look");
  await openQueue(mine, own, id);
  await openQueue(theirs, own, id);
  const writes = (text: string) => expect(mine.locator(".ticket-viewers")).toContainText(text);
  await area(theirs).click();
  await theirs.keyboard.type("We look");
  await writes("is writing");
  // Emptied, or left, it is no writing any more; nor is coming back to it.
  await theirs.keyboard.press("ControlOrMeta+a");
  await theirs.keyboard.press("Delete");
  await writes("is here");
  await theirs.keyboard.type("We look");
  await writes("is writing");
  await theirs.locator(".ticket-name h1").click();
  await writes("is here");
  await area(theirs).click();
  await theirs.keyboard.press("End");
  await theirs.keyboard.type(" at it");
  await writes("is writing");
  await theirs.keyboard.press("Control+Enter");
  await expect(mine.locator(".message[data-kind=reply]")).toContainText("We look at it");
  await expect(mine.locator(".ticket-viewers")).not.toContainText("is writing");
  await expect(mine.locator(".ticket-viewers")).toContainText("is here");
});

test("what is written survives a reload", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Draft");
  await openQueue(page, own, id);
  await write(page, "Half a sentence");
  await page.reload();
  await expect(area(page)).toContainText("Half a sentence");
});

test("an answer that is taken back can be written on", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Sent too soon");
  await openQueue(page, own, id);
  await openComposer(page);
  await write(page, "We will call you to");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".message[data-kind=reply]")).toContainText("We will call you to");
  await expect(area(page)).toHaveText("");
  await page.locator(".toast-action").click();
  await expect(page.locator(".message[data-kind=reply]")).toHaveCount(0);
  await expect(area(page)).toContainText("We will call you to");
});

test("a note of one's own is removed and brought back", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Noted in error");
  await openQueue(page, own, id);
  await openComposer(page);
  await page.locator(".desk-composer").getByRole("radio", { name: "Note" }).click();
  await write(page, "Wrong customer");
  await page.keyboard.press("Control+Enter");
  const note = page.locator(".message[data-kind=note]");
  await expect(note).toContainText("Wrong customer");
  await pick(note.getByRole("button", { name: "More" }), page.getByRole("menuitem", { name: "Remove note" }));
  await expect(note).toHaveCount(0);
  await page.locator(".toast").filter({ hasText: "Note removed" }).locator(".toast-action").click();
  await expect(note).toContainText("Wrong customer");
});

test("what was asked at first is quoted, and a toast leaves the open ticket free", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Quoted");
  await openQueue(page, own, id);
  await pick(messages(page).first().getByRole("button", { name: "More" }), page.getByRole("menuitem", { name: "Quote" }));
  await expect(area(page).locator("blockquote")).toContainText("The gate does not open.");
  await page.locator(".ticket-head").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Archive", exact: true }).click();
  const toast = page.locator(".toast").last();
  await expect(toast).toBeVisible();
  const [over, open] = [await toast.boundingBox(), await page.locator(".desk-ticket").boundingBox()];
  expect(over!.x + over!.width).toBeLessThanOrEqual(open!.x);
});

test("a quotation is taken away by its tool, and with everything else that is deleted", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Quoted in error");
  await openQueue(page, own, id);
  const quote = async () => {
    await pick(messages(page).first().getByRole("button", { name: "More" }), page.getByRole("menuitem", { name: "Quote" }));
    await expect(area(page).locator("blockquote")).toContainText("The gate does not open.");
  };
  await quote();
  await area(page).locator("blockquote").click();
  await page.locator(".rich-tools").getByRole("button", { name: "Quotation" }).click();
  await expect(area(page).locator("blockquote")).toHaveCount(0);
  await expect(area(page)).toContainText("The gate does not open.");
  const empty = async () => {
    await area(page).click();
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
  };
  await empty();
  await quote();
  await empty();
  await expect(area(page).locator("blockquote")).toHaveCount(0);
  await expect(area(page)).toHaveAttribute("data-empty", "");
  await page.keyboard.type("Plain");
  await expect(area(page)).toHaveText("Plain");
  await expect(area(page).locator("blockquote")).toHaveCount(0);
});

test("toasts stand above what is done with chosen tickets", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = await createAll(page, "ticket", ["A", "B"].map((subject) => ({ subject, queue_id: own, kind: "request" })));
  await openQueue(page, own, a);
  await row(page, a!).getByRole("checkbox").check();
  const bar = page.locator(".bulk-bar");
  await bar.getByRole("button", { name: "Priority" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "High" }).click();
  const toast = page.locator(".toast").last();
  await expect(toast).toBeVisible();
  await row(page, b!).getByRole("checkbox").check();
  await expect(bar).toBeVisible();
  const edge = async () => {
    const [over, below] = [await toast.boundingBox(), await bar.boundingBox()];
    return over!.y + over!.height - below!.y;
  };
  await expect.poll(edge).toBeLessThanOrEqual(0);
});

test("on a phone a toast leaves the head of a ticket and its answer free, and messages say to whom they went @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Taken on the go", { requester_name: "Maximiliane Featherstonehaugh-Cholmondeley" });
  await openQueue(page, own, id);
  const sort = messages(page).first().locator(".message-sort");
  await expect(sort).toBeVisible();
  expect(await sort.evaluate((words) => words.scrollWidth <= words.clientWidth)).toBe(true);
  await page.locator(".ticket-controls").getByRole("button", { name: "Take" }).click();
  const toast = page.locator(".toast").last();
  await expect(toast).toBeVisible();
  const box = async (selector: string) => (await page.locator(selector).boundingBox())!;
  await expect.poll(async () => (await box(".ticket-head")).y + (await box(".ticket-head")).height - (await toast.boundingBox())!.y).toBeLessThanOrEqual(0);
  const over = (await toast.boundingBox())!;
  expect(over.y + over.height).toBeLessThanOrEqual((await box(".desk-composer")).y);
});

test("the words beside a box of a form tick it, and on a phone one can hit them @phone", async ({ page, isMobile }) => {
  await signIn(page, "admin");
  await page.goto("/queues");
  await press(page.getByRole("button", { name: "New queue" }), page.locator("dialog[open]"));
  const box = page.locator("dialog[open]").getByRole("checkbox", { name: "Offered to customers" });
  const field = page.locator("dialog[open] .field").filter({ has: page.getByRole("checkbox", { name: "Offered to customers" }) });
  const before = await box.isChecked();
  await box.scrollIntoViewIfNeeded();
  const [left, words] = [(await box.boundingBox())!, (await field.locator(".field-label").boundingBox())!];
  expect(left.x).toBeLessThan(words.x + 8);
  expect(Math.abs(left.y + left.height / 2 - words.y - words.height / 2)).toBeLessThan(4);
  await page.mouse.click(left.x + left.width + 40, words.y + words.height / 2);
  await expect(box).toBeChecked({ checked: !before });
  if (isMobile) expect((await field.locator(".check").boundingBox())!.height).toBeGreaterThanOrEqual(44);
});

test("a ticket leaves the list when it is solved elsewhere", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "First"), await ticket(page, own, "Second")];
  await openQueue(page, own);
  await expect.poll(() => subjects(page)).toEqual(["First", "Second"]);
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id: a, values: { status: "solved" } }] } });
  await expect.poll(() => subjects(page)).toEqual(["Second"]);
  await expect(row(page, b)).toBeVisible();
});

test("the keyboard does it all", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "First"), await ticket(page, own, "Second")];
  await openQueue(page, own);
  await page.keyboard.press("j");
  await expect(row(page, a).locator(".ticket-subject")).toBeFocused();
  await page.keyboard.press("j");
  await expect(row(page, b).locator(".ticket-subject")).toBeFocused();
  await page.keyboard.press("k");
  await page.keyboard.press("t");
  await expect.poll(() => owner(page, a)).not.toBeNull();
  await page.keyboard.press("Enter");
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`ticket=${a}`));
  await openComposer(page);
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("n");
  await expect(page.locator(".desk-composer")).toHaveAttribute("data-note", "");
  await expect(area(page)).toBeFocused();
  await page.keyboard.type("For us");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".message[data-kind=note]")).toContainText("For us");
  await page.keyboard.press("Escape");
  await page.keyboard.press("p");
  await page.locator("dialog[open]").getByRole("button", { name: "Urgent" }).click();
  await expect(row(page, a).locator("[data-level=urgent]")).toBeVisible();
  await page.keyboard.press("z");
  await expect(page.locator("dialog[open]")).toContainText("Tomorrow");
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog[open]")).toHaveCount(0);
  await page.keyboard.press("s");
  await expect.poll(() => status(page, a)).toBe("solved");
  await page.locator(".toast").last().getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => status(page, a)).toBe("open");
});

test("from a ticket that is solved by key one goes on to the next one, and comes back by undo", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "First"), await ticket(page, own, "Second")];
  const c = await ticket(page, own, "Third");
  await openQueue(page, own, b);
  await expect(row(page, c)).toBeVisible();
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("s");
  await expect(page.locator(`.ticket[data-id="${c}"]`)).toBeVisible();
  await expect(row(page, b)).toHaveCount(0);
  await expect(page.locator("body")).not.toBeFocused();
  await page.keyboard.press("k");
  await expect(row(page, a).locator(".ticket-subject")).toBeFocused();
  await page.locator(".toast").last().getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  await expect.poll(() => status(page, b)).toBe("new");
});

test("the keys go on from where a ticket was that a colleague solved", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "First"), await ticket(page, own, "Second")];
  const c = await ticket(page, own, "Third");
  await openQueue(page, own, b);
  await expect(row(page, c)).toBeVisible();
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id: b, values: { status: "solved" } }] } });
  await expect(row(page, b)).toHaveCount(0);
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("j");
  await expect(row(page, c).locator(".ticket-subject")).toBeFocused();
  await page.keyboard.press("k");
  await expect(row(page, a).locator(".ticket-subject")).toBeFocused();
});

// Two tickets in a queue of their own, the first of them open: one that can be put off, and the next.
async function twoTickets(page: Page): Promise<{ a: string; b: string }> {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "Not today"), await ticket(page, own, "Next")];
  await openQueue(page, own, a);
  await expect(row(page, b)).toBeVisible();
  return { a, b };
}

test("a ticket that is put off gives way to the next one, says until when, and comes back at a press", async ({ page }) => {
  const { a, b } = await twoTickets(page);
  await pick(page.locator(".ticket-head").getByRole("button", { name: "More" }), page.getByRole("menuitem", { name: "Snooze" }));
  await expect(page.locator("dialog[open] h2")).toHaveText(/^Snooze: \S+ Not today$/);
  await expect(page.locator("dialog[open] .desk-choices button").first()).toContainText("In one hour");
  await page.locator("dialog[open]").getByLabel("Until").fill("2020-01-02T09:00");
  await page.locator("dialog[open] .desk-until button").click();
  await expect(page.locator("dialog[open] .field-error")).toHaveText("Choose a time to come.");
  await page.locator("dialog[open] .desk-choices button", { hasText: "Tomorrow" }).click();
  await expect(page.locator(".toast", { hasText: "Snoozed until" })).toContainText("Not today");
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  await expect(row(page, a)).toHaveCount(0);
  await page.goto(`/desk?view=snoozed&ticket=${a}`);
  await openComposer(page);
  await expect(row(page, a).locator(".ticket-asleep")).toContainText("Snoozed until");
  const asleep = page.locator(".ticket-controls .ticket-asleep");
  await expect(asleep).toContainText("Snoozed until");
  await asleep.getByRole("button", { name: "Bring back now" }).click();
  await expect(asleep).toHaveCount(0);
  await expect(row(page, a)).toHaveCount(0);
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
});

test("keys do nothing to a ticket that was put off while the next one is on its way", async ({ page }) => {
  const { a, b } = await twoTickets(page);
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/api/fn/conversation", async (route) => {
    if (route.request().postData()?.includes(b)) await awaited;
    await route.continue();
  });
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("z");
  await expect(page.locator("dialog[open] .desk-choices button").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`ticket=${b}`));
  await expect(page.locator("dialog[open]")).toHaveCount(0);
  // Neither does the pointer.
  await expect(page.locator(".ticket-cols:not([inert])")).toHaveCount(0);
  await page.keyboard.press("s");
  await page.keyboard.press("n");
  arrive();
  // What was to be written is written in the one that comes.
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  await expect(page.locator(".desk-composer")).toHaveAttribute("data-note", "");
  await expect(area(page)).toBeFocused();
  await expect(page.locator(".ticket-cols")).toHaveJSProperty("inert", false);
  expect(await status(page, a)).toBe("new");
  expect(await status(page, b)).toBe("new");
});

test("what one did last is taken back by key, but not what was done while one writes", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "First"), await ticket(page, own, "Second")];
  await openQueue(page, own, a);
  await expect(row(page, b)).toBeVisible();
  const priority = page.locator(".ticket-controls").getByRole("combobox", { name: "Priority" });
  await priority.selectOption("high");
  await expect(page.locator(".toast", { hasText: "Saved" })).toBeVisible();
  const asked = undos(page);
  await write(page, "We come");
  await page.keyboard.press("ControlOrMeta+z");
  await expect(area(page)).not.toHaveText("We come");
  expect(await asked()).toBe(0);
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("s");
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  await expect(page.locator(".toast", { hasText: "Solved" })).toBeVisible();
  // One after the other, the last one first, and one is at its ticket again; a key that is held takes back one.
  await page.keyboard.down("ControlOrMeta");
  await page.keyboard.down("z");
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
  await expect.poll(() => status(page, a)).toBe("new");
  await page.keyboard.down("z");
  expect(await asked()).toBe(1);
  await page.keyboard.up("z");
  await page.keyboard.up("ControlOrMeta");
  await expect(priority).toHaveValue("high");
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("ControlOrMeta+z");
  await expect(priority).toHaveValue("normal");
});

test("what was begun on another page is not taken back by key in the desk", async ({ page }) => {
  await signIn(page, "admin");
  const name = `Elsewhere ${randomUUID().slice(0, 8)}`;
  const id = await create(page, "customer", { name });
  await page.goto("/customers");
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await page.locator(".list-search input").fill(name);
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(1);
  await page.locator(`tbody tr[data-id="${id}"]`).getByRole("checkbox").check();
  const asked = undos(page);
  const arrive = await held(page, "apply");
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await page.locator('nav a[href="/desk"]').first().click();
  await expect(page.locator(".desk-list")).toBeVisible();
  arrive();
  await expect(page.locator(".toast-action")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+z");
  expect(await asked()).toBe(0);
});

test("the ticket that one is at is proposed to stay, and whoever loses theirs is named", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const subject = `Fuller ${randomUUID().slice(0, 8)}`;
  const fuller = await ticket(page, own, subject, { requester_name: "Li Lei", requester_email: "li@example.test", requester_phone: "0755-26543210" });
  const id = await ticket(page, own, "At work");
  await openQueue(page, own, id);
  await pick(page.locator(".ticket-head").getByRole("button", { name: "More" }), page.getByRole("menuitem", { name: "Merge with another ticket…" }));
  const dialog = page.locator("dialog[open]");
  await dialog.getByRole("combobox").fill(subject);
  await dialog.getByRole("option", { name: subject }).click();
  await expect(dialog.getByRole("radio", { name: "At work" }).first()).toBeChecked();
  await expect(dialog.locator(".notice")).toContainText("Who no longer sees theirs: Li Lei.");
  await dialog.getByRole("radio", { name: subject }).first().check();
  await expect(dialog.locator(".notice")).toContainText("Who no longer sees theirs: Wang Fang.");
  await dialog.getByRole("radio", { name: "At work" }).first().check();
  await dialog.locator("button[data-kind=primary]").click();
  await expect(page.locator(`.ticket[data-id="${id}"]`)).toBeVisible();
  await expect(row(page, fuller)).toHaveCount(0);
});

test("a ticket that was put off comes back by itself when its time has come, and is counted", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "Soon back"), await ticket(page, own, "Here")];
  await openQueue(page, own);
  await expect.poll(() => subjects(page)).toEqual(["Soon back", "Here"]);
  const until = new Date(Date.now() + 15_000).toISOString();
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id: a, values: { snoozed_until: until } }] } });
  await expect(row(page, a)).toHaveCount(0);
  await expect(row(page, b)).toBeVisible();
  const count = page.locator(".desk-list-head > .meta");
  await expect(count).toHaveText("1");
  // Nothing is written meanwhile. What stands beside it in the first frame that shows it: with it, not after it.
  const told = await page.evaluate(({ a, own }) => new Promise<(string | null | undefined)[]>((resolve) => {
    const places = [`.desk-view[href="/desk?view=queue-${own}"] .count > span:last-child`, ".desk-list-head > .meta"];
    const tell = () => resolve(places.map((place) => document.querySelector(place)?.textContent));
    const look = () => {
      if (!document.querySelector(`.ticket-row[data-id="${a}"]`)) return;
      observer.disconnect();
      requestAnimationFrame(tell);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    look();
  }), { a, own });
  expect(told).toEqual(["2", "2"]);
  await expect(row(page, a)).toBeVisible();
});

test("a view that could not be loaded comes by itself when the network is back", async ({ page, context }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  await ticket(page, own, "Still there");
  await openQueue(page, own);
  const count = page.locator(".desk-list-head > .meta");
  await expect(count).toHaveText("1");
  await context.setOffline(true);
  await page.locator('.desk-view[href="/desk?view=unassigned"]').click();
  const failed = page.locator(".desk-list").getByRole("button", { name: "Try again" });
  await expect(failed).toBeVisible();
  await expect(count).toHaveText("");
  await context.setOffline(false);
  await expect(failed).toHaveCount(0);
  await expect(page.locator(".ticket-row").first()).toBeVisible();
  await expect(count).not.toHaveText("");
});

test("on a phone the head of a ticket leaves room, and who gets the answer is to be read @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "The gate of the second yard does not open in the morning", {
    requester_email: "maximiliane@featherstonehaugh.example", channel: "email",
  });
  await openQueue(page, own, id);
  expect((await page.locator(".ticket-head").boundingBox())!.height).toBeLessThanOrEqual(188);
  // All that can be done with it is in sight, and large enough to be touched.
  const controls = page.locator(".ticket-controls > :is(select, .button)");
  await expect(controls).toHaveCount(5);
  for (const control of await controls.all()) {
    await expect(control).toBeInViewport({ ratio: 1 });
    expect((await control.boundingBox())!.height).toBeGreaterThanOrEqual(44);
  }
  const strip = await page.locator(".ticket-controls").evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(strip).toBeLessThanOrEqual(0);
  const whole = (element: HTMLElement) => element.scrollHeight <= element.clientHeight && element.scrollWidth <= element.clientWidth;
  expect(await page.locator(".desk-composer-head > .meta").evaluate(whole)).toBe(true);
  await expect(page.locator(".ticket-side")).toBeHidden();
  await page.locator(".ticket-head").getByRole("button", { name: "Details" }).click();
  await expect(page.locator(".ticket-side .requester")).toBeVisible();
});

test("what is typed into a dialog that has just opened does nothing to the page behind it", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Left alone");
  await openQueue(page, own, id);
  const dialog = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "New ticket" }), dialog);
  await expect(dialog.locator("#form-ticket-subject")).toBeFocused();
  await page.keyboard.type("W s");
  await expect(dialog.locator("#form-ticket-subject")).toHaveValue("W s");
  await page.keyboard.press("Escape");
  await page.locator(".ticket-head").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Merge with another ticket…" }).click();
  await expect(dialog).toBeVisible();
  await page.keyboard.type("W s");
  await expect(dialog).toBeVisible();
  expect(await status(page, id)).toBe("new");
});

test("a status that was chosen by hand follows what others do to it", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "To and fro");
  await openQueue(page, own, id);
  const chosen = page.locator(".ticket-controls").getByRole("combobox", { name: "Status" });
  const set = (status: string) =>
    call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values: { status } }], all_or_nothing: true } });
  await chosen.selectOption("open");
  await expect.poll(() => status(page, id)).toBe("open");
  for (const next of ["waiting_customer", "open", "solved", "open"]) {
    await set(next);
    await expect(chosen).toHaveValue(next);
  }
});

test("a ticket is archived where it stands, says so, and comes back; links are seen from both sides", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "The first one");
  const twin = await ticket(page, own, "The same again", { duplicate_of_id: id });
  await openQueue(page, own, id);
  await expect(page.locator(".ticket-side section", { hasText: "Duplicates of this ticket" })).toContainText("The same again");
  const act = async (name: string) => {
    await page.locator(".ticket-head").getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name, exact: true }).click();
  };
  await act("Archive");
  await expect(page.locator(".ticket")).toContainText("This record is archived.");
  await act("Restore");
  await expect(page.locator(".ticket")).not.toContainText("This record is archived.");
  await expect(row(page, twin)).toBeVisible();
});

test("several tickets are changed at once and set back by one undo", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const ids = await createAll(page, "ticket", ["A", "B", "C"].map((subject) => ({ subject, queue_id: own, kind: "request" })));
  await openQueue(page, own);
  for (const id of ids.slice(0, 2)) await row(page, id).getByRole("checkbox").check();
  await page.locator(".bulk-bar").getByRole("button", { name: "Priority" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "High" }).click();
  await expect(page.locator(".ticket-row [data-level=high]")).toHaveCount(2);
  await page.locator(".toast").last().getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".ticket-row [data-level=high]")).toHaveCount(0);
});

test("a template fills in names and stages changes that go with the answer", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const word = randomUUID().slice(0, 8);
  await create(page, "reply_template", {
    name: `Macro ${word}`, shortcut: word, audience: "everyone", queue_ids: [own],
    content: "<p>Dear {{requester.name}}</p>", changes: { priority: "high" },
  });
  const id = await ticket(page, own, "Macro");
  await openQueue(page, own, id);
  await write(page, `/${word}`);
  await expect(page.locator(".desk-suggest [role=option]")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(area(page)).toContainText("Dear Wang Fang");
  await expect(page.locator(".desk-staged [data-field=priority]")).toContainText("High");
  await page.getByRole("button", { name: "Send and solve" }).click();
  await expect(page.locator(".message[data-kind=reply]")).toContainText("Dear Wang Fang");
  await expect.poll(() => status(page, id)).toBe("solved");
});

test("ticket after ticket, until none waits", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Only one");
  await openQueue(page, own);
  await page.locator(".desk-list").getByRole("button", { name: "Next ticket" }).click();
  await expect(page.locator(`.ticket[data-id="${id}"]`)).toBeVisible();
  await openComposer(page);
  await write(page, "Done");
  await page.getByRole("button", { name: "Send and solve" }).click();
  await expect(page.locator(".toast").last()).toContainText("No ticket waits");
});

test("served tickets are done by key: nothing is done to one that is done with, and what one did is taken back", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const [a, b] = [await ticket(page, own, "First"), await ticket(page, own, "Second", { priority: "low" })];
  await openQueue(page, own);
  await page.locator(".desk-list").getByRole("button", { name: "Next ticket" }).click();
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
  await openComposer(page);
  await page.locator(".ticket-name h1").click();
  // One's own already: it stays the one that was served, and is ticked, wherever one was in the list.
  await page.keyboard.press("t");
  await expect(page.getByRole("button", { name: "Skip" })).toBeVisible();
  await page.keyboard.press("x");
  await expect(row(page, a).getByRole("checkbox")).toBeChecked();
  await page.keyboard.press("x");
  const arrive = await held(page, "next_ticket");
  await page.keyboard.press("s");
  await expect(page.locator(".ticket-cols")).toHaveJSProperty("inert", true);
  await expect.poll(() => status(page, a)).toBe("solved");
  await page.keyboard.press("s");
  arrive();
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  await expect(page.locator(".ticket-cols")).toHaveJSProperty("inert", false);
  expect(await status(page, a)).toBe("solved");
  await expect.poll(() => owner(page, b)).not.toBeNull();
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(() => status(page, a)).toBe("open");
  expect(await owner(page, b), "what one was served is not what one did").not.toBeNull();
  await page.keyboard.press("Escape");
  await expect(page.locator(".ticket")).toHaveCount(0);
  await row(page, b).locator(".ticket-subject").click();
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Skip" })).toHaveCount(0);
});

test("whoever solves a served ticket by its select goes on, and what waits for a customer stays theirs", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const a = await ticket(page, own, "First");
  const [b, c] = [await ticket(page, own, "Second", { priority: "low" }), await ticket(page, own, "Third", { priority: "low" })];
  await openQueue(page, own);
  await page.locator(".desk-list").getByRole("button", { name: "Next ticket" }).click();
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
  await openComposer(page);
  const chosen = page.locator(".ticket-controls").getByRole("combobox", { name: "Status" });
  const play = (name: string) => page.locator(".ticket-play").getByRole("button", { name, exact: true });
  await expect(play("Skip")).toBeVisible();
  await chosen.selectOption("solved");
  await expect(page.locator(`.ticket[data-id="${b}"]`)).toBeVisible();
  expect(await status(page, a)).toBe("solved");
  expect(await owner(page, a), "it is not left to colleagues").not.toBeNull();
  await chosen.selectOption("waiting_customer");
  await expect(play("Skip")).toHaveCount(0);
  await expect.poll(() => status(page, b)).toBe("waiting_customer");
  await play("Next").click();
  await expect(page.locator(`.ticket[data-id="${c}"]`)).toBeVisible();
  expect(await owner(page, b)).not.toBeNull();
  await play("Skip").click();
  await expect.poll(() => owner(page, c)).toBeNull();
  await expect(page.locator(".toast", { hasText: "No ticket waits" })).toBeVisible();
});

// A ticket that one was served.
async function served(page: Page): Promise<string> {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Served");
  await openQueue(page, own);
  await page.locator(".desk-list").getByRole("button", { name: "Next ticket" }).click();
  await expect(page.locator(`.ticket[data-id="${id}"]`)).toBeVisible();
  await openComposer(page);
  await page.locator(".ticket-name h1").click();
  return id;
}

test("whoever waits for the next ticket can leave", async ({ page }) => {
  const id = await served(page);
  await held(page, "next_ticket");
  await page.keyboard.press("s");
  await expect.poll(() => status(page, id)).toBe("solved");
  await expect(page.locator(".ticket-cols")).toHaveJSProperty("inert", true);
  await page.locator(".ticket-head").getByRole("button", { name: "Close" }).click();
  await expect(page.locator(".ticket")).toHaveCount(0);
});

test("a served ticket whose change is refused late is at hand for the keys again", async ({ page }) => {
  const id = await served(page);
  let refuse = () => {};
  const awaited = new Promise<void>((resolve) => (refuse = resolve));
  await page.route("**/api/fn/apply", async (route) => {
    await awaited;
    await route.abort();
  });
  // What waits lets go of it.
  await page.locator(".ticket-head .menu > .button").focus();
  await page.keyboard.press("s");
  await expect(page.locator(".ticket-cols")).toHaveJSProperty("inert", true);
  // So many frames that nothing waits for the focus any more.
  await page.evaluate(() => new Promise<void>((resolve) => {
    let frames = 150;
    const count = (): unknown => (frames-- ? requestAnimationFrame(count) : resolve());
    count();
  }));
  refuse();
  await expect(page.locator(".ticket-cols")).toHaveJSProperty("inert", false);
  await expect(page.locator(".ticket-head .menu > .button")).toBeFocused();
  expect(await status(page, id)).toBe("open");
});

test("on a phone Back leads from a ticket that does not come @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "On its way");
  await page.goto(`/desk?view=queue-${own}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await held(page, "conversation");
  await row(page, id).locator(".ticket-subject").click();
  await page.locator(".ticket-back").getByRole("button", { name: "Back" }).click();
  await expect(row(page, id)).toBeVisible();
});

test("a ticket has a page of its own, and Back leads from it", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Alone");
  await openQueue(page, own, id);
  const more = page.locator(".ticket-head").getByRole("button", { name: "More" });
  await press(more, page.getByRole("menuitem", { name: "Open full page" }));
  await page.goto(`/tickets/${id}`);
  await expect(page.locator(`.ticket[data-id="${id}"] h1`)).toHaveText("Alone");
  await press(more, page.getByRole("menuitem", { name: "Archive", exact: true }));
  await expect(page.getByRole("menuitem", { name: "Open full page" })).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(/\/desk/);
});

test("who sets a status that a colleague has just set is told so, and can set theirs all the same", async ({ browser }) => {
  const [mine, theirs] = [await asUser(browser, "admin"), await asUser(browser, "agent")];
  const own = await queue(mine);
  const id = await ticket(mine, own, "Both at once");
  await openQueue(mine, own, id);
  const colleagueFirst = async (route: Route) => {
    await call(theirs, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values: { status: "waiting_customer" } }] } });
    await route.continue();
  };
  await mine.route("**/api/fn/apply", colleagueFirst, { times: 1 });
  const control = mine.locator(".ticket-controls select").first();
  await control.selectOption("waiting_third_party");
  const told = mine.locator(".toast", { hasText: "just now; yours was not saved" });
  await expect(told).toContainText("set Status to Waiting for customer");
  await expect(control).toHaveValue("waiting_customer");
  await told.getByRole("button", { name: "Set mine" }).click();
  await expect.poll(() => status(mine, id)).toBe("waiting_third_party");
});

test("whoever gives tickets away sees at once whose they may be, the queue's team first", async ({ page }) => {
  await signIn(page, "admin");
  const word = randomUUID().slice(0, 8);
  const team = await create(page, "team", { name: `Team ${word}` });
  const colleague = await create(page, "user", { name: `Zoe ${word}`, team_id: team });
  await create(page, "user", { name: `Zoe gone ${word}`, team_id: team, active: false });
  const own = await create(page, "queue", { name: `Desk ${word}`, routing: "manual", public: false, served_by_id: team });
  const ids = await createAll(page, "ticket", ["A", "B"].map((subject) => ({ subject, queue_id: own, kind: "request" })));
  await openQueue(page, own, ids[0]);
  const dialog = page.locator("dialog[open]");
  const colleagues = dialog.locator(".desk-colleagues button");
  await page.locator(".ticket-owner").click();
  await expect(colleagues.first()).toContainText(`Zoe ${word}`);
  await expect(colleagues.first()).toContainText("0 open");
  await expect(colleagues.nth(1)).toBeVisible();
  await expect(dialog.locator(".desk-colleagues .menu-head")).toHaveText("Outside the team");
  await expect(dialog.locator("input")).toBeFocused();
  await page.keyboard.type(word);
  await expect(colleagues).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect.poll(() => owner(page, ids[0]!)).toBe(colleague);
  await row(page, ids[1]!).getByRole("checkbox").check();
  await page.locator(".bulk-bar").getByRole("button", { name: "Assign" }).click();
  await expect(colleagues.first()).toContainText("1 open");
  await expect(dialog.locator("input")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => owner(page, ids[1]!)).toBe(colleague);
});

test("what changed about a long ticket comes into view when it is opened", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "Long story");
  await wrote(page, id, `<p>${"It goes on and on.<br>".repeat(80)}</p>`);
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values: { priority: "high" } }] } });
  await openQueue(page, own, id);
  await page.getByRole("button", { name: "Show changes" }).click();
  await expect(page.locator(".ticket-history .timeline-items").first()).toBeInViewport();
  await expect(page.getByRole("button", { name: "Hide changes" })).toBeFocused();
  await expect(page.getByRole("button", { name: "Hide changes" })).toBeInViewport();
});

test("a value that is refused leaves one at its field, with the reason beside it", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const subject = `Like itself ${randomUUID().slice(0, 8)}`;
  const id = await ticket(page, own, subject);
  await page.goto(`/tickets/${id}`);
  const fact = page.locator(".fact[data-field=duplicate_of_id]");
  await press(fact.locator(".fact-edit"), fact.locator("input"));
  await fact.locator("input").fill(subject);
  await expect(fact.locator("[role=option]").first()).toContainText(subject);
  await fact.locator("input").press("Enter");
  await expect(fact.locator(".field-error")).toContainText("can't name itself");
  await expect(fact.locator(".fact-edit")).toBeFocused();
});

test("the desk is usable and accessible @phone", async ({ page, isMobile }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "On the go");
  await wrote(page, id, "<p>Hello?</p>");
  await openQueue(page, own);
  await expect(row(page, id)).toBeVisible();
  const check = async () => {
    const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
    expect(found.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target).join(", ")}`)).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    expect(wide).toBe(false);
  };
  await check();
  await row(page, id).click();
  await openComposer(page);
  await expect(page.locator(".desk-rows")).toBeVisible({ visible: !isMobile });
  await check();
  if (isMobile) {
    await page.getByRole("button", { name: "Back" }).click();
    await expect(row(page, id)).toBeVisible();
  }
});

test("files go with an answer, and pasted pictures stand in it", async ({ page }) => {
  await signIn(page, "admin");
  const own = await queue(page);
  const id = await ticket(page, own, "With files");
  await openQueue(page, own, id);
  await page.getByRole("button", { name: "Attach files" }).click();
  const report = { name: "report.txt", mimeType: "text/plain", buffer: Buffer.from("all is well") };
  await page.locator(".desk-composer input[type=file]").setInputFiles(report);
  await expect(page.locator(".desk-staged")).toContainText("report.txt");
  await write(page, "See here: ");
  await area(page).evaluate((text, png) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], "shot.png", { type: "image/png" }));
    text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, PIXEL);
  await expect(area(page).locator("img")).toHaveCount(1);
  await expect(page.locator(".desk-staged")).not.toContainText("shot.png");
  await send(page).click();
  const answer = page.locator(".message[data-kind=reply]");
  await expect.poll(() => answer.locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);
  await expect(answer.locator(".message-files li")).toHaveText([/report\.txt/]);
});
