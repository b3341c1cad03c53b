// What may become of a ticket: which status follows which, what others must be solved before, and what was split off it.
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, pick, signIn, test } from "./product.js";

const apply = (page: Page, id: string, values: object) =>
  call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values }] } });

const status = async (page: Page, id: string) =>
  (await call<{ row: { status: string } }>(page, "get_record", { record_type: "ticket", id })).row.status;

const number = async (page: Page, id: string) =>
  (await call<{ row: { number: string } }>(page, "get_record", { record_type: "ticket", id })).row.number;

const chosen = (page: Page) => page.locator(".ticket-controls").getByRole("combobox", { name: "Status" });

// Two tickets in a queue of their own.
async function two(page: Page): Promise<[string, string, string]> {
  await signIn(page, "admin");
  const queue = await create(page, "queue", { name: `Steps ${randomUUID().slice(0, 8)}`, routing: "manual", public: false });
  const [a, b] = await createAll(page, "ticket", ["First", "Second"].map((subject) => ({ subject, queue_id: queue, kind: "request" })));
  return [queue, a!, b!];
}

// The composer answers once the page is taken over.
async function open(page: Page, queue: string, id: string) {
  await page.goto(`/desk?view=queue-${queue}&ticket=${id}`);
  const composer = page.locator(".desk-composer");
  await expect(async () => {
    await composer.getByRole("radio", { name: "Note" }).click({ timeout: 1_000 });
    await expect(composer).toHaveAttribute("data-note", "", { timeout: 500 });
  }).toPass();
}

test("only statuses that can follow are offered, and others are refused with the reason", async ({ page }) => {
  const [queue, a, b] = await two(page);
  await apply(page, a, { status: "closed" });
  await open(page, queue, a);
  const offers = (code: string) => chosen(page).locator(`option[value="${code}"]`);
  await expect(chosen(page)).toHaveValue("closed");
  await expect(offers("open")).toHaveCount(1);
  for (const code of ["new", "waiting_customer", "solved"]) await expect(offers(code)).toHaveCount(0);
  await chosen(page).selectOption("open");
  await expect.poll(() => status(page, a)).toBe("open");
  await expect(offers("solved")).toHaveCount(1);
  // A colleague closes it meanwhile: of several the others are changed, and it is told why that one isn't.
  await page.goto(`/desk?view=queue-${queue}`);
  for (const id of [a, b]) {
    const box = page.locator(`.ticket-row[data-id="${id}"]`).getByRole("checkbox");
    await expect(async () => {
      await box.check({ timeout: 1_000 });
      await expect(page.locator(".bulk-bar")).toBeVisible({ timeout: 500 });
    }).toPass();
  }
  await page.locator(".bulk-bar").getByRole("button", { name: "Status" }).click();
  const waits = page.locator("dialog[open]").getByRole("button", { name: "Waiting for customer", exact: true });
  await expect(waits).toBeVisible();
  await apply(page, a, { status: "closed" });
  await expect(page.locator(`.ticket-row[data-id="${a}"]`)).toHaveCount(0);
  await waits.click();
  await expect(page.locator("dialog[open] li", { hasText: "A closed ticket can only be reopened." })).toContainText("First");
  await expect.poll(() => status(page, b)).toBe("waiting_customer");
});

test("a blocked ticket says by what, and asks before it is solved all the same", async ({ page }) => {
  const [queue, a, b] = await two(page);
  await apply(page, a, { blocked_by_ids: [b] });
  await open(page, queue, a);
  const mark = page.locator(".ticket-blocked");
  await expect(mark).toHaveText(`Blocked by ${await number(page, b)} Second`);
  await expect(page.locator(".ticket-side .fact[data-field=blocked_by_ids]")).toContainText(await number(page, b));
  const dialog = page.locator("dialog[open]");
  await chosen(page).selectOption("solved");
  await expect(dialog).toContainText(`is still blocked by ${await number(page, b)} Second.`);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(chosen(page)).toHaveValue("new");
  expect(await status(page, a)).toBe("new");
  // Live, as the other one is solved and opened again.
  await apply(page, b, { status: "solved" });
  await expect(mark).toHaveCount(0);
  await apply(page, b, { status: "open" });
  await expect(mark).toHaveCount(1);
  await page.locator(".ticket-name h1").click();
  await page.keyboard.press("s");
  await dialog.getByRole("button", { name: "Go on anyway" }).click();
  await expect.poll(() => status(page, a)).toBe("solved");
});

test("whoever leaves a ticket before it is known what blocks it goes on, and the answer waits as it was written", async ({ page }) => {
  const [queue, a, b] = await two(page);
  const c = await create(page, "ticket", { subject: "Third", queue_id: queue, kind: "request" });
  await apply(page, a, { blocked_by_ids: [b] });
  await apply(page, b, { status: "solved" });
  await open(page, queue, a);
  const composer = page.locator(".desk-composer");
  await composer.locator(".rich-area").click();
  await page.keyboard.type("Mended");
  let arrive = () => {};
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  const isAbout = (text: string | null) => text?.includes(b) && text.includes("status");
  await page.route("**/api/fn/list_records", async (route) => {
    if (isAbout(route.request().postData())) await awaited;
    await route.continue();
  });
  const solve = composer.getByRole("button", { name: "Add note and solve" });
  await solve.click();
  // Until it is known, it is not sent in another way either.
  for (const button of [solve, composer.locator(".desk-composer-foot .button[data-kind=primary]")]) {
    await expect(button).toHaveAttribute("aria-busy", "true");
  }
  await page.locator(`.ticket-row[data-id="${c}"] .ticket-subject`).click();
  await expect(page.locator(`.ticket[data-id="${c}"]`)).toBeVisible();
  const told = page.waitForResponse((response) => isAbout(response.request().postData()) === true);
  arrive();
  await told;
  await page.unroute("**/api/fn/list_records");
  // Nothing was done with it, and the page goes on.
  await page.locator(`.ticket-row[data-id="${a}"] .ticket-subject`).click();
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
  await expect(composer.locator(".rich-area")).toHaveText("Mended");
  expect(await status(page, a)).toBe("new");
  await solve.click();
  await expect.poll(() => status(page, a)).toBe("solved");
});

test("both conversations say where what was split off went and came from", async ({ page }) => {
  const [queue, a] = await two(page);
  await create(page, "ticket_message", { ticket_id: a, direction: "inbound", author_name: "Wang Fang", content: "<p>The lamp</p>" });
  await open(page, queue, a);
  const message = page.locator(".message[data-kind=inbound]");
  await pick(message.getByRole("button", { name: "More" }), page.getByRole("menuitem", { name: "Make a new ticket of it" }));
  await expect(page.locator(".ticket h1")).toHaveText("The lamp");
  const line = page.locator(".message-split a");
  await expect(line).toHaveText(`Split from ${await number(page, a)}`);
  await line.click();
  await expect(page.locator(`.ticket[data-id="${a}"]`)).toBeVisible();
  await expect(line).toHaveText(/^Split to T\d+$/);
});

test("an open conversation says what a colleague splits off it, and takes back", async ({ page }) => {
  const [queue, a] = await two(page);
  const message_id = await create(page, "ticket_message", { ticket_id: a, direction: "inbound", author_name: "Wang Fang", content: "<p>The lamp</p>" });
  await open(page, queue, a);
  const line = page.locator(".message-split a");
  await expect(page.locator(".message[data-kind=inbound]")).toBeVisible();
  await expect(line).toHaveCount(0);
  const { change_set } = await call<{ change_set: string }>(page, "split_ticket", { message_id, ticket_id: randomUUID() });
  await expect(line).toHaveText(/^Split to T\d+$/);
  await call(page, "undo", { change_set });
  await expect(line).toHaveCount(0);
});
