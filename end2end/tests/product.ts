// What the specs share: a `test` that fails when a page breaks down, and ways to make records of one's own.
import { test as base, type BrowserContext, type Locator, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";

export { expect } from "@playwright/test";

// A page whose script has broken down may look right for a while: whatever a test looks at, that fails it.
export const test = base.extend<{ unbroken: void }>({
  unbroken: [
    async ({ browser }, use) => {
      const broken: string[] = [];
      const opened: BrowserContext[] = [];
      const newContext = browser.newContext.bind(browser);
      browser.newContext = async (options): Promise<BrowserContext> => {
        const context = await newContext(options);
        opened.push(context);
        context.on("weberror", (error) => broken.push(error.error().stack ?? String(error.error())));
        return context;
      };
      await use();
      browser.newContext = newContext;
      // Pages of other people would stay as long as the browser does, each with its stream.
      await Promise.all(opened.map((context) => context.close()));
      base.expect(broken).toEqual([]);
    },
    { auto: true },
  ],
});

// Calls a server function as the page itself would.
export async function call<T>(page: Page, name: string, input: object): Promise<T> {
  return page.evaluate(
    async ([name, input]) => {
      const body = JSON.stringify(input);
      const answer = await fetch(`/api/fn/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body });
      if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    [name, input] as const,
  );
}

// Signs in one of the demo's users.
export async function signIn(page: Page, who: string) {
  await page.goto("/sign-in");
  await call(page, "sign_in", { email: `${who}@demo.guanxi.test`, password: "guanxi-demo" });
}

// The live stream never rests: a page is ready when it has been taken over and its buttons answer. One that answers late is
// not pressed again, or what it opened would be closed, or lie over it.
export async function press(button: Locator, opened: Locator) {
  await base.expect(async () => {
    if (!(await opened.isVisible())) await button.click({ timeout: 1_000 });
    await base.expect(opened).toBeVisible({ timeout: 500 });
  }).toPass();
}

// Chooses from a menu, which closes when what it belongs to is drawn anew meanwhile. On a busy machine a press may arrive when
// its time is up: it isn't made again then, or the dialog that it opened would lie over the menu.
export async function pick(menu: Locator, item: Locator) {
  const page = item.page();
  await page.evaluate(() => delete document.documentElement.dataset.picked);
  await base.expect(async () => {
    if (await page.locator("html[data-picked]").count()) return;
    if (!(await item.isVisible())) await menu.click({ timeout: 1_000 });
    await item.evaluate((element) => {
      element.addEventListener("click", () => (document.documentElement.dataset.picked = ""), { once: true, capture: true });
    }, undefined, { timeout: 1_000 });
    await item.click({ timeout: 1_000 });
  }).toPass();
}

// Chooses the field of a condition, by its path.
export async function chooseField(dialog: Locator, path: string) {
  await dialog.locator("#filter-field").click();
  await dialog.locator(`.combobox-option[data-value="${path}"]`).click();
}

// Ids as the product makes them (UUID version 7): in the order in which they were made.
let last = 0;
function freshId(): string {
  last = Math.max(last + 1, Date.now());
  const time = last.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

// Records made by whoever is signed in; gives their ids.
export async function createAll(page: Page, record_type: string, all: object[]): Promise<string[]> {
  const changes = all.map((values) => ({ do: "create", id: freshId(), values }));
  await call(page, "apply", { command: { record_type, changes, all_or_nothing: true } });
  return changes.map((change) => change.id);
}

export async function create(page: Page, record_type: string, values: object): Promise<string> {
  return (await createAll(page, record_type, [values]))[0]!;
}
