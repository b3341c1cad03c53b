// Reports of the desk: numbers that open their tickets, periods, groups, filters, order, the table beside the chart, files,
// both languages, keys and the phone.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { call, create, createAll, expect, signIn, test } from "./product.js";

// Filters by a queue of its own, so that tests side by side do not see each other's tickets.
async function arrange(page: Page): Promise<{ queue: string; name: string; agent: string }> {
  const name = `Report ${randomUUID().slice(0, 8)}`;
  const queue = await create(page, "queue", { name, routing: "manual", public: false });
  const { rows } = await call<{ rows: { id: string; name: string }[] }>(page, "list_records", {
    record_type: "user", query: { filter: { field: { field: "active", op: "eq", value: true } }, limit: 1 },
  });
  const agent = rows[0]!.id;
  const hours = (n: number) => new Date(Date.now() - n * 3_600_000).toISOString();
  const ticket = (subject: string, more: object) => ({ subject, queue_id: queue, kind: "request", ...more });
  const [quick] = await createAll(page, "ticket", [
    ticket("Quick", { priority: "high", owner_id: agent, received_at: hours(30), solved_at: hours(28), status: "solved" }),
    ticket("Slow", { priority: "low", owner_id: agent, received_at: hours(200), solved_at: hours(100), status: "closed" }),
    ticket("Waiting", { priority: "low", received_at: hours(20) }),
    ticket("Long ago", { priority: "low", received_at: hours(24 * 80) }),
  ]);
  await create(page, "ticket_message", { ticket_id: quick, content: "<p>Done</p>", said_at: hours(29), owner_id: agent });
  return { queue, name, agent };
}

const address = (queue: string, more = "") =>
  `/desk/reports?f=${encodeURIComponent(JSON.stringify([{ field: { field: "queue_id", op: "eq", value: queue } }]))}${more}`;

const figure = (page: Page, key: string) => page.locator(`[data-figure=${key}] .figure-value`);
const groups = (page: Page) => page.locator("[data-report=groups] tbody tr");

async function open(page: Page, queue: string, more = "") {
  await page.goto(address(queue, more));
  await expect(figure(page, "received")).toBeVisible();
}

// The list says how many it has in all; on a phone its rows do.
async function opens(page: Page, count: number) {
  await expect(page).toHaveURL(/\/tickets\?/);
  await expect(page.locator("tr[data-row]")).toHaveCount(count);
}

test("numbers open the tickets they count @phone", async ({ page }) => {
  await signIn(page, "admin");
  const { queue, name } = await arrange(page);
  await page.goto("/desk");
  await page.getByRole("link", { name: "Reports" }).click();
  await expect(page.locator("h1")).toHaveText("Reports");
  await open(page, queue);
  for (const [key, number] of [["received", 3], ["solved", 2], ["open", 2]] as const) {
    await expect(figure(page, key)).toHaveText(String(number));
    await figure(page, key).click();
    await opens(page, number);
    await page.goBack();
    await expect(figure(page, key)).toBeVisible();
  }
  await expect(figure(page, "first_response")).toHaveText("1h");
  await expect(figure(page, "resolution")).toHaveText("2d 3h");
  await expect(groups(page)).toHaveCount(1);
  await expect(groups(page).locator("th")).toHaveText(name);
  await groups(page).locator("[data-column=solved] a").click();
  await opens(page, 2);
});

test("days, groups and filters are in the address, and Back works", async ({ page }) => {
  await signIn(page, "admin");
  const { queue } = await arrange(page);
  await open(page, queue);
  await page.getByLabel("Period").selectOption("last_90_days");
  await expect(page).toHaveURL(/period=last_90_days/);
  await expect(figure(page, "received")).toHaveText("4");
  await page.getByLabel("Group by").selectOption("priority");
  await expect(page).toHaveURL(/by=priority/);
  await expect(groups(page)).toHaveCount(2);
  await expect(page).toHaveURL(/f=/);
  await page.getByLabel("Period").selectOption("custom");
  await expect(page.getByLabel("From")).not.toHaveValue("");
  const today = await page.getByLabel("To").inputValue();
  await page.getByLabel("From").fill(today);
  await page.getByLabel("From").blur();
  await expect(page).toHaveURL(new RegExp(`from=${today}`));
  await expect(figure(page, "solved")).toHaveText("0");
  await page.goBack();
  await page.goBack();
  await expect(figure(page, "received")).toHaveText("4");
  // The filter goes as it came, by its chip.
  await page.locator(".report-bar .chip[data-set] .chip-remove").click();
  await expect(page).not.toHaveURL(/f=/);
});

test("tables are ordered by any column, beside the chart there is one, and both are saved", async ({ page }) => {
  await signIn(page, "admin");
  const { queue } = await arrange(page);
  await open(page, queue, "&period=last_90_days&by=priority");
  const names = () => groups(page).locator("th").allInnerTexts();
  await expect(groups(page)).toHaveCount(2);
  await page.locator("[data-report=groups] [data-column=received] .th-sort").click();
  await expect.poll(names).toEqual(["Low", "High"]);
  await expect(page.locator("[data-report=groups] th[data-column=received]")).toHaveAttribute("aria-sort", "descending");
  // By keys, too.
  await page.keyboard.press("Enter");
  await expect.poll(names).toEqual(["High", "Low"]);

  const time = page.locator("[data-report=over_time]");
  await expect(time.locator("svg[role=img]")).toHaveCount(2);
  await time.locator(".chart-plot").first().hover();
  await expect(time.locator(".chart-hint")).toContainText("Received");
  await time.getByRole("radio", { name: "Table" }).click();
  const received = await time.locator("tbody tr td:nth-of-type(1)").allInnerTexts();
  expect(received.map(Number).reduce((sum, n) => sum + n, 0)).toBe(4);
  await expect(time.locator("tbody tr").last().locator("td").last()).toHaveText("2");

  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("[data-report=groups]").getByRole("button", { name: "Save as CSV" }).click(),
  ]);
  const text = await readFile(await file.path(), "utf8");
  const lines = text.replace("\ufeff", "").trim().split("\r\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain("Priority,Received,Solved");
  expect(lines.slice(1).map((line) => line.split(",").slice(0, 3).join()).sort()).toEqual(["High,1,1", "Low,3,1"]);
});

test("agents have their work counted, replies by who wrote them", async ({ page }) => {
  await signIn(page, "admin");
  const { queue, agent } = await arrange(page);
  await open(page, queue);
  const row = page.locator(`[data-report=agents] tr[data-key="${agent}"]`);
  await expect(row.locator("[data-column=solved]")).toHaveText("2");
  await expect(row.locator("[data-column=replies]")).toHaveText("1");
  await row.locator("[data-column=replies] a").click();
  await expect(page).toHaveURL(/\/ticket_messages\?/);
  await expect(page.locator("tr[data-row]")).toHaveCount(1);
});

test("nothing to tell, no right to read, and numbers that do not come", async ({ page }) => {
  await signIn(page, "admin");
  const empty = await create(page, "queue", { name: `Empty ${randomUUID().slice(0, 8)}`, routing: "manual", public: false });
  await page.goto(address(empty));
  await expect(page.locator(".state h2")).toHaveText("No numbers yet");
  await page.route("**/api/fn/desk_report", (route) => route.abort());
  await page.reload();
  await expect(page.locator(".state[data-kind=error]")).toBeVisible();
  await page.unroute("**/api/fn/desk_report");
  // By themselves: nobody has to press the button.
  await expect(page.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await expect(page.locator(".state h2")).toHaveText("No numbers yet");
});

test("everybody can read it, in both languages and by night @phone", async ({ page, isMobile }) => {
  await signIn(page, "admin");
  const { queue } = await arrange(page);
  const url = new URL("/", test.info().project.use.baseURL).href;
  for (const [locale, theme, title] of [["en", "light", "Reports"], ["zh-CN", "dark", "报表"]] as const) {
    await page.context().addCookies([{ name: "gx_locale", value: locale, url }, { name: "gx_theme", value: theme, url }]);
    await open(page, queue);
    await expect(page.locator("h1")).toBeVisible();
    // What the scale says stands beside the drawing, not over its first bars.
    const charts = page.locator("[data-report=over_time] .chart");
    await expect(charts).toHaveCount(2);
    for (const chart of await charts.all()) {
      const [scale, drawn] = [await chart.locator(".chart-scale").boundingBox(), await chart.locator("svg").boundingBox()];
      expect(scale!.x + scale!.width, title).toBeLessThanOrEqual(drawn!.x);
      expect(scale!.height, title).toBeCloseTo(drawn!.height, -1);
    }
    // The way to save it stands beside the ways to see it.
    const head = page.locator("[data-report=over_time] .section-title");
    const [ways, save] = [await head.locator(".segmented").boundingBox(), await head.getByRole("button").last().boundingBox()];
    expect(save!.y, title).toBeLessThan(ways!.y + ways!.height);
    await page.locator(".report-words > summary").click();
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(sideways, title).toBeLessThanOrEqual(0);
    expect(await page.locator("body").innerText()).not.toMatch(/\breport\.[a-z_]+/);
    if (!isMobile) {
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(" ")}`)).toEqual([]);
    }
  }
});
