// What holds on every page, in both languages, both themes, and on both sizes: nothing complains, nothing scrolls
// sideways, everybody can use it, and a finger hits what it aims at.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, expect, signIn, test } from "./product.js";

const settings = [
  "profile", "password", "devices", "tokens", "users", "teams", "roles", "pipelines", "tags", "mailboxes", "fields", "organisation", "audit", "sign-ins",
].map((section) => `/settings/${section}`);

// An administrator nobody else is, so that the language is this test's own.
async function join(page: Page) {
  await signIn(page, "admin");
  const roles = await call<{ rows: { id: string; grants: { admin: boolean } }[] }>(page, "list_records", { record_type: "role", query: {} });
  const role_ids = roles.rows.filter((role) => role.grants.admin).map((role) => role.id);
  const name = `Visitor ${randomUUID().slice(0, 8)}`;
  const link = await call<string>(page, "invite", { invitation: { email: `${randomUUID()}@visitor.test`, name, role_ids, team_id: null } });
  await call(page, "sign_out", {});
  await page.goto("/sign-in");
  await call(page, "accept_invitation", { token: new URL(link).searchParams.get("token"), name, password: "a phrase for the visitor" });
}

// The main pages; a customer and a deal with something in every field that a page shows.
async function pages(page: Page): Promise<string[]> {
  const name = `Visited ${randomUUID().slice(0, 8)}`;
  const customer = await create(page, "customer", { name, emails: ["a@example.com"], phones: ["+86 138 0000 0000"], tags: ["vip"] });
  const pipeline_id = await create(page, "pipeline", { name, currency: "USD" });
  const stage_id = await create(page, "stage", { pipeline_id, name: "First", position: 1, probability: 10 });
  const deal = { name, customer_id: customer, stage_id, amount: "1200", rank: "bottom" };
  const opportunity = await create(page, "opportunity", deal);
  const at = new Date().toISOString();
  await create(page, "activity", { kind: "call", content: "A word", occurred_at: at, customer_id: customer });
  await create(page, "task", { subject: "A next step", due_at: at, customer_id: customer });
  return ["/", "/pipeline", "/customers", `/customers/${customer}`, "/opportunities", `/opportunities/${opportunity}`, "/tasks", "/tasks?as=month", "/opportunities?as=week", "/exports", "/history", "/import", "/duplicates/customers", "/quality/customers", "/desk/reports"];
}

// Opens a page and waits until it has been taken over and has loaded what it shows.
async function open(page: Page, path: string) {
  if (path === "/sign-in") {
    await page.goto(path);
    return expect(page.locator("button[type=submit]")).toBeEnabled();
  }
  await Promise.all([page.waitForRequest("**/api/v1/events*"), page.goto(path)]);
  // A lane keeps one below its last card for as long as there are more.
  await expect(page.locator(".skeleton:not(.lane *)")).toHaveCount(0);
}

// Everything a finger may aim at that it would miss. Links within a text are as tall as their line.
const tooSmall = (page: Page) =>
  page.evaluate(() => {
    const least = 44;
    const inText = (element: Element) =>
      element.matches("a") && getComputedStyle(element).display === "inline" && element.parentElement!.textContent !== element.textContent;
    // As far as a press still meets the element, which may be more than what is drawn of it.
    const reach = (element: Element) => {
      const drawn = element.getBoundingClientRect();
      if (Math.min(drawn.width, drawn.height) >= least - 0.5) return true;
      element.scrollIntoView({ block: "center", inline: "center" });
      const box = element.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      const owns = (x: number, y: number) => {
        const hit = document.elementFromPoint(x, y);
        return !!hit && (element.contains(hit) || (hit.closest("label") as HTMLLabelElement | null)?.control === element);
      };
      const length = (dx: number, dy: number) => {
        let far = 0;
        while (far < least && owns(x + dx * (far + 1), y + dy * (far + 1))) far += 1;
        return far;
      };
      const wide = box.width >= least - 0.5 || length(-1, 0) + length(1, 0) >= least - 2;
      const high = box.height >= least - 0.5 || length(0, -1) + length(0, 1) >= least - 2;
      return wide && high;
    };
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [role=tab], [role=button], [tabindex='0']");
    return [...all]
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest("[inert], .visually-hidden, .skip-link"))
      .filter((element) => getComputedStyle(element).pointerEvents !== "none")
      .filter((element) => element.getBoundingClientRect().width > 1 && !inText(element) && !reach(element))
      .map((element) => {
        const { width, height } = element.getBoundingClientRect();
        return `${Math.round(width)}×${Math.round(height)} ${element.outerHTML.slice(0, 160)}`;
      });
  });

interface Look { locale: "en" | "zh-CN"; theme: "light" | "dark"; axe: boolean }

// All that is wrong with a page as it looks now.
async function faults(page: Page, look: Look, isMobile: boolean): Promise<string[]> {
  const found: string[] = [];
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (sideways > 0) found.push(`scrolls sideways by ${sideways} px`);
  const dotted = (await page.locator("body").innerText()).match(/\b(?:ui|board|list|admin|timeline|my_day|import|report)\.[a-z_]+(?:\.[a-z_]+)*\b/g);
  // The audit log names files, too.
  const keys = dotted?.filter((key) => !/\.(txt|csv|xlsx|pdf|png)$/.test(key)) ?? [];
  if (keys.length > 0) found.push(`texts without words: ${keys.join(", ")}`);
  if (look.axe) {
    // The old way needs no further page per run; what it can't do is look into frames of other origins.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    for (const { id, nodes } of violations) {
      for (const node of nodes) found.push(`${id}: ${node.target.join(" ")} ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`);
    }
  }
  if (isMobile) found.push(...(await tooSmall(page)));
  return found;
}

async function visit(page: Page, paths: string[], look: Look, isMobile: boolean) {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.emulateMedia({ reducedMotion: "reduce" });
  const url = new URL("/", test.info().project.use.baseURL).href;
  await page.context().addCookies([
    { name: "gx_locale", value: look.locale, url },
    { name: "gx_theme", value: look.theme, url },
  ]);
  for (const path of paths) {
    await open(page, path);
    await expect(page.locator("html")).toHaveAttribute("lang", look.locale);
    await expect(page.locator("html")).toHaveAttribute("data-theme", look.theme);
    const found = [...(await faults(page, look, isMobile)), ...complaints.splice(0)];
    expect.soft(found, `${path} ${look.locale} ${look.theme}`).toEqual([]);
  }
}

test("English by day, with all settings", async ({ page, isMobile }) => {
  test.setTimeout(480_000);
  await visit(page, ["/sign-in"], { locale: "en", theme: "light", axe: true }, isMobile);
  await join(page);
  await visit(page, [...(await pages(page)), ...settings], { locale: "en", theme: "light", axe: true }, isMobile);
});

test("English by night @phone", async ({ page, isMobile }) => {
  test.setTimeout(180_000);
  await visit(page, ["/sign-in"], { locale: "en", theme: "dark", axe: !isMobile }, isMobile);
  await join(page);
  await visit(page, await pages(page), { locale: "en", theme: "dark", axe: !isMobile }, isMobile);
});

test("Chinese by day, on a phone with all settings @phone", async ({ page, isMobile }) => {
  test.setTimeout(480_000);
  await visit(page, ["/sign-in"], { locale: "zh-CN", theme: "light", axe: isMobile }, isMobile);
  await join(page);
  const paths = [...(await pages(page)), ...(isMobile ? settings : [])];
  await visit(page, paths, { locale: "zh-CN", theme: "light", axe: isMobile }, isMobile);
});
