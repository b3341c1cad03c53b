// Lists by day: months and weeks of tasks and deals, moved by mouse, keys and menu.
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, press, signIn, test } from "./product.js";

const unique = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;
const day = (page: Page, iso: string) => page.locator(`.calendar-day[data-day="${iso}"]`);
const entry = (page: Page, name: string) => page.locator(".calendar-entry").filter({ hasText: name });
const phone = (page: Page) => page.viewportSize()!.width < 768;

// A month that no demo data lies in, shown with one's own tasks only.
const month = (name: string) => `/tasks?q=${encodeURIComponent(name)}&as=month&by=due_at&at=2031-05-14`;

async function task(page: Page, subject: string, due_at: string): Promise<string> {
  return create(page, "task", { subject, due_at });
}

async function due(page: Page, id: string): Promise<string> {
  return (await call<{ row: { due_at: string } }>(page, "get_record", { record_type: "task", id })).row.due_at;
}

test("a task is dragged to another day, keeps its time, and comes back by undo", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Drag");
  const id = await task(page, name, "2031-05-14T06:30:00Z");
  await page.goto(month(name));
  await expect(day(page, "2031-05-14").locator(".calendar-entry")).toContainText(`14:30 ${name}`);
  await expect(async () => {
    await entry(page, name).dragTo(day(page, "2031-05-20"));
    await expect(day(page, "2031-05-20").locator(".calendar-entry")).toContainText(`14:30 ${name}`, { timeout: 1_500 });
  }).toPass();
  await expect.poll(() => due(page, id)).toContain("2031-05-20T06:30:00");
  await page.locator(".toast").filter({ hasText: name }).getByRole("button", { name: "Undo" }).click();
  await expect(day(page, "2031-05-14").locator(".calendar-entry")).toContainText(name);
  expect(await due(page, id)).toContain("2031-05-14T06:30:00");
});

test("keys go from day to day and month to month, open a day and move a task", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Keys");
  const id = await task(page, name, "2031-05-31T02:00:00Z");
  await page.goto(month(name));
  await expect(async () => {
    await day(page, "2031-05-31").click({ position: { x: 60, y: 90 } });
    await expect(day(page, "2031-05-31")).toHaveAttribute("aria-selected", "true", { timeout: 1_500 });
  }).toPass();
  await day(page, "2031-05-31").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(day(page, "2031-05-30")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  const dialog = page.locator("dialog[open]");
  await expect(dialog.locator(".calendar-line")).toContainText(name);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await entry(page, name).focus();
  await page.keyboard.press("Shift+ArrowUp");
  await expect(day(page, "2031-05-24").locator(".calendar-entry")).toContainText(name);
  await expect(entry(page, name)).toBeFocused();
  await expect.poll(() => due(page, id)).toContain("2031-05-24T02:00:00");
  await page.keyboard.press("Escape");
  await expect(day(page, "2031-05-24")).toBeFocused();
  await page.keyboard.press("PageDown");
  await expect(page.getByRole("heading", { name: "June 2031" })).toBeVisible();
  await expect(day(page, "2031-06-24")).toBeFocused();
});

test("a full day says how many more there are and shows them all", async ({ page }) => {
  await signIn(page, "admin");
  const name = unique("Full");
  await createAll(page, "task", Array.from({ length: 12 }, (_, n) => ({ subject: `${name} ${n}`, due_at: `2031-05-07T0${n % 8}:00:00Z` })));
  await page.goto(month(name));
  await expect(day(page, "2031-05-07").locator(".calendar-entry")).toHaveCount(3);
  await expect(async () => {
    await day(page, "2031-05-07").getByRole("button", { name: "+9 more" }).click();
    await expect(page.locator("dialog[open] .calendar-line")).toHaveCount(12, { timeout: 1_500 });
  }).toPass();
  await page.locator("dialog[open]").getByRole("link", { name: "As a list" }).click();
  await expect(page.locator("tbody tr[data-id]")).toHaveCount(12);
});

test("what a colleague moves moves here too", async ({ page, browser }) => {
  await signIn(page, "admin");
  const name = unique("Live");
  const id = await task(page, name, "2031-05-14T02:00:00Z");
  await page.goto(month(name));
  await expect(day(page, "2031-05-14").locator(".calendar-entry")).toContainText(name);
  const other = await (await browser.newContext()).newPage();
  await signIn(other, "admin");
  await call(other, "apply", { command: { record_type: "task", changes: [{ do: "update", id, values: { due_at: "2031-05-22T02:00:00Z" } }] } });
  await expect(day(page, "2031-05-22").locator(".calendar-entry")).toContainText(name);
  await expect(day(page, "2031-05-14").locator(".calendar-entry")).toHaveCount(0);
});

test("list, calendar and board of deals keep the filters that they share", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/pipeline?owner=%40me&q=CRM");
  await page.getByRole("navigation", { name: "Shown as" }).getByRole("link", { name: "Calendar" }).click();
  await expect(page.locator(".calendar-grid")).toBeVisible();
  await expect(page.locator(".list-search input")).toHaveValue("CRM");
  await expect(page.getByRole("button", { name: "Mine", exact: true })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("navigation", { name: "Shown as" }).getByRole("link", { name: "List" }).click();
  await expect(page.locator(".table-scroll, .empty-state, .state").first()).toBeVisible();
  await expect(page.locator(".list-search input")).toHaveValue("CRM");
  await page.getByRole("navigation", { name: "Shown as" }).getByRole("link", { name: "Board" }).click();
  await expect(page).toHaveURL(/\/pipeline\?.*owner=%40me/);
  await expect(page.locator(".board-search input")).toHaveValue("CRM");
});

test("a saved view is the calendar again, also by an address that names nothing else", async ({ page }) => {
  await signIn(page, "admin");
  const view = unique("View");
  await page.goto("/opportunities?as=week&by=closed_on&at=2031-05-14");
  const views = page.getByRole("button", { name: "Views" });
  await press(views, page.getByRole("menuitem", { name: "Save as view" }));
  await page.getByRole("menuitem", { name: "Save as view" }).click();
  await page.locator("dialog[open] #view-name").fill(view);
  await page.locator("dialog[open]").getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=/);
  await page.goto("/opportunities");
  await press(views, page.getByRole("menuitemradio", { name: view }));
  await page.getByRole("menuitemradio", { name: view }).click();
  await expect(page).toHaveURL(/as=week&by=closed_on&at=2031-05-14/);
  await expect(page.locator('.calendar-grid[data-span="week"]')).toBeVisible();
  await page.goto(`/opportunities?view=${new URL(page.url()).searchParams.get("view")}`);
  await expect(page).toHaveURL(/as=week&by=closed_on&at=2031-05-14/);
});

test("@phone a day's tasks stand below the month, and a menu moves them", async ({ page }) => {
  test.skip(!phone(page), "wide screens have room for the entries themselves");
  await signIn(page, "admin");
  const name = unique("Touch");
  const id = await task(page, name, "2031-05-14T02:00:00Z");
  await page.goto(month(name));
  await expect(day(page, "2031-05-14").locator(".calendar-dots i")).toHaveCount(1);
  const lines = page.locator(".calendar-agenda .calendar-line");
  await expect(async () => {
    await day(page, "2031-05-14").click();
    await expect(lines).toContainText(name, { timeout: 1_500 });
  }).toPass();
  await lines.getByRole("button", { name: "Move to another day" }).click();
  await page.getByRole("menuitem", { name: "A day later" }).click();
  await expect(day(page, "2031-05-15").locator(".calendar-dots i")).toHaveCount(1);
  await expect(lines).toHaveCount(0);
  await expect.poll(() => due(page, id)).toContain("2031-05-15T02:00:00");
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider).toBe(0);
});
