// The public pages, as customers use them: without script, with it, on both sizes. A server of its own, whose mails the
// test reads.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Locator, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { MailBox } from "./mail_box.js";
import { OwnServer } from "./own_server.js";
import { call, create, expect, signIn, test } from "./product.js";

test.describe.configure({ mode: "serial" });

const box = new MailBox();
let server: OwnServer;

test.beforeAll(async ({}, info) => {
  test.setTimeout(180_000);
  const port = info.project.name === "phone" ? 3321 : 3311;
  await box.open(port + 1);
  server = new OwnServer(port, { GUANXI_SMTP_URL: `smtp://127.0.0.1:${port + 1}` });
  await server.start("--demo");
});

test.afterAll(async () => {
  await server?.stop();
  box.close();
});

const open = (browser: Browser, options: object = {}) => browser.newContext({ baseURL: server.base, locale: "en-US", ...options });

// Who is faster than people are waits for the page's script, which sends it then. Without one they are asked to press again; what
// they wrote stands there, files are chosen again.
async function send(page: Page, done: Locator, choose = async () => {}) {
  await expect(async () => {
    if (!(await done.isVisible())) {
      await choose();
      await page.getByRole("button", { name: "Send", exact: true }).click({ timeout: 1_000 });
    }
    await expect(done).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

async function ask(page: Page, email: string, subject: string) {
  await page.goto("/portal/demo/new");
  await page.getByLabel("Your e-mail").fill(email);
  await page.getByLabel("What is it about?").fill(subject);
  await page.getByLabel("What do you need?").fill("It does not answer.\n\nSince <b>Monday</b>.");
  await send(page, page.getByRole("heading", { name: "We got your request" }));
  return (await page.locator("strong.num").textContent())!;
}

async function enter(page: Page, email: string) {
  await page.goto("/portal/demo/sign-in");
  await page.getByLabel("Your e-mail").fill(email);
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
  await expect.poll(() => box.find(email, "sign-in?token=")).toBeTruthy();
  const link = /http\S+sign-in\?token=\S+/.exec(box.find(email, "sign-in?token=")!)![0];
  await page.goto(link);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "My requests" })).toBeVisible();
}

test("without script: find an article, write in, follow the ticket, write again, solve it @phone", async ({ browser }) => {
  const page = await (await open(browser, { javaScriptEnabled: false })).newPage();
  await page.goto("/portal");
  await expect(page).toHaveURL(/\/portal\/demo$/);
  await page.getByRole("searchbox").fill("gateway offline");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: "My gateway is offline. What can I do?" }).click();
  await expect(page.getByText("Cut the power for 30 seconds")).toBeVisible();
  await page.getByRole("button", { name: "Yes" }).click();
  await expect(page.getByText("Thank you for telling us.")).toBeVisible();

  const email = `${randomUUID()}@customer.test`;
  const number = await ask(page, email, "Gateway silent");
  await enter(page, email);
  await page.getByRole("link", { name: "Gateway silent" }).click();
  await expect(page.getByText(number)).toBeVisible();
  await expect(page.getByText("Since <b>Monday</b>.")).toBeVisible();
  await page.getByLabel("Your answer").fill("Any news?");
  const photo = { name: "photo.txt", mimeType: "text/plain", buffer: Buffer.from("a red lamp") };
  await send(page, page.locator("li", { hasText: "Any news?" }), () => page.getByLabel("Files").setInputFiles(photo));
  const file = page.getByRole("link", { name: "photo.txt" });
  expect(await (await page.request.get((await file.getAttribute("href"))!)).text()).toBe("a red lamp");
  await page.getByRole("button", { name: "It is solved" }).click();
  await expect(page.getByText("Solved", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "How did it go?" }).click();
  await page.getByRole("radio", { name: "5" }).check({ force: true });
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { name: "Thank you!" })).toBeVisible();
});

test("“It is solved” without connection, or refused, says so in the page’s language and works at the next press @phone", async ({ browser }) => {
  const context = await open(browser);
  const page = await context.newPage();
  const [email, subject] = [`${randomUUID()}@customer.test`, `Late ${randomUUID()}`];
  await ask(page, email, subject);
  await enter(page, email);
  await page.getByRole("link", { name: subject }).click();
  await page.getByRole("link", { name: "简体中文" }).click();
  const solve = page.getByRole("button", { name: "问题已解决" });
  const told = (text: string) => page.getByRole("alert").filter({ hasText: text });
  await page.getByLabel("回复", { exact: true }).fill("写到一半");
  await context.setOffline(true);
  await solve.click();
  await expect(told("网络未连接，当前页面会保持不变，请重试。")).toBeVisible();
  await context.setOffline(false);
  const refuse = (status: number, body: string) =>
    page.route("**/solve", (route) => route.fulfill({ status, contentType: "text/html; charset=utf-8", body }), { times: 1 });
  await refuse(404, '<html lang="zh-CN"><main><p data-refused>内容已被移除。</p></main></html>');
  await solve.click();
  await expect(told("内容已被移除。")).toBeVisible();
  // What stands before the server speaks a language of its own, and is no page of this one's.
  await refuse(404, '<html lang="en"><h1>404 Not Found</h1></html>');
  await solve.click();
  await expect(told("操作未成功，当前页面会保持不变，请重试。")).toBeVisible();
  await refuse(404, '<html lang="zh-CN"><main><p data-refused>内容已被移除。</p></main></html>');
  await solve.click();
  await expect(told("内容已被移除。")).toBeVisible();
  await refuse(502, '<html lang="en"><main><p>Bad gateway</p></main></html>');
  await solve.click();
  await expect(told("操作未成功，当前页面会保持不变，请重试。")).toBeVisible();
  await expect(page.getByLabel("回复", { exact: true })).toHaveValue("写到一半");
  await solve.click();
  await expect(page.getByText("已解决", { exact: true })).toBeVisible();
  await context.close();
});

// A ticket of somebody's own that is solved, and the link by which its survey is answered.
async function solved(page: Page) {
  const [email, subject] = [`${randomUUID()}@customer.test`, `Rated ${randomUUID()}`];
  await ask(page, email, subject);
  await enter(page, email);
  await page.getByRole("link", { name: subject }).click();
  await page.getByRole("button", { name: "It is solved" }).click();
  await page.getByRole("button", { name: "How did it go?" }).click();
  await expect(page).toHaveURL(/\/survey\//);
  return page.url();
}

test("one press in a mail is enough; words and another score change the same answer @phone", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  const link = await solved(page);
  // Who runs no script is told what is missing.
  const plain = await (await open(browser, { javaScriptEnabled: false })).newPage();
  await plain.goto(`${link}?score=4`);
  await expect(plain.getByText("It counts once you press Send below.")).toBeVisible();
  await plain.goto(link);
  await expect(plain.getByRole("radio", { checked: true })).toHaveCount(0);

  await page.goto(`${link}?score=4`);
  await expect(page.getByText("your 4 is saved")).toBeVisible();
  await expect(page).toHaveURL(link);
  await plain.goto(link);
  await expect(plain.getByRole("radio", { name: "4" })).toBeChecked();

  await page.getByRole("radio", { name: "2" }).check({ force: true });
  await page.getByLabel("Anything you want to tell us").fill("It took long.");
  await page.reload();
  await expect(page.getByRole("radio", { name: "2" })).toBeChecked();
  await expect(page.getByLabel("Anything you want to tell us")).toHaveValue("It took long.");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Thank you!" })).toBeVisible();
  // Words are not changed by opening an old mail: it asks, and keeps them.
  await page.goto(`${link}?score=3`);
  await expect(page.getByText("Change your answer from 2 to 3?")).toBeVisible();
  await page.getByRole("link", { name: "Keep 2" }).click();
  await expect(page.getByRole("heading", { name: "Your answer stays: 2" })).toBeVisible();
  await page.getByRole("link", { name: "Change your answer" }).click();
  await expect(page.getByRole("radio", { name: "2" })).toBeChecked();
  await page.goto(`${link}?score=3`);
  await plain.goto(link);
  await expect(plain.getByRole("radio", { name: "2" })).toBeChecked();
  await page.getByRole("button", { name: "Change to 3" }).click();
  await expect(page.getByRole("heading", { name: "Thank you!" })).toBeVisible();
  await plain.goto(link);
  await expect(plain.getByRole("radio", { name: "3" })).toBeChecked();
  await expect(plain.getByLabel("Anything you want to tell us")).toHaveValue("It took long.");
});

test("a comment that is too long comes back whole with what is wrong @phone", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  await page.goto(await solved(page));
  const long = "It took long. ".repeat(7_200);
  await page.getByRole("radio", { name: "2" }).check({ force: true });
  const comment = page.getByLabel("Anything you want to tell us");
  await comment.focus();
  await page.keyboard.insertText(long);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText("Too long: use at most 5000 characters.")).toBeVisible();
  expect((await comment.inputValue()).length).toBe(long.length);
});

test("the language of an article leads to its translation, or changes what is around it", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  await page.goto("/portal/demo/articles/gateway-offline");
  await page.getByRole("link", { name: "阅读中文版" }).click();
  await expect(page).toHaveURL(/\/articles\/wangguan-lixian$/);
  await page.getByRole("link", { name: "Read in English" }).click();
  await expect(page).toHaveURL(/\/articles\/gateway-offline$/);
  await page.getByRole("link", { name: "简体中文" }).click();
  await expect(page).toHaveURL(/\/articles\/wangguan-lixian$/);
  await page.getByRole("link", { name: "帮助中心" }).first().click();
  await expect(page.getByRole("heading", { name: "帮助中心" })).toBeVisible();
  await page.goto("/portal/demo/articles/kaipiao");
  await page.getByRole("link", { name: "English", exact: true }).click();
  await expect(page.getByText("Was this helpful?")).toBeVisible();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Help" }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
});

test("an agent’s answer appears while the customer is typing, a note never does", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  const email = `${randomUUID()}@customer.test`;
  const number = await ask(page, email, "Live");
  await enter(page, email);
  await page.getByRole("link", { name: "Live" }).click();
  await page.getByLabel("Your answer").fill("I am typ");
  const first = page.locator(".portal-said > li").first();
  await first.evaluate((message) => {
    Object.assign(message, { isOld: true });
    // One that will be gone: those after it move up.
    message.before(Object.assign(document.createElement("li"), { id: "gone", textContent: "Taken back" }));
  });

  const desk = await (await open(browser)).newPage();
  await signIn(desk, "admin");
  const found = await call<{ rows: { id: string }[] }>(desk, "list_records", { record_type: "ticket", query: { search: number } });
  const say = (kind: string, content: string) =>
    create(desk, "ticket_message", { ticket_id: found.rows[0]!.id, kind, direction: "outbound", content, author_name: "Wang" });
  await say("note", "<p>between us</p>");
  await say("reply", "<p>We are on it</p>");
  // It shows by itself, once it can't be taken back any more.
  await expect(page.getByText("We are on it")).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText("between us")).toHaveCount(0);
  await expect(page.getByLabel("Your answer")).toHaveValue("I am typ");
  await expect(page.getByText("Taken back")).toHaveCount(0);
  // What was there stays: whoever hears the page is told of the answer alone.
  expect(await first.evaluate((message) => "isOld" in message)).toBe(true);
});

test("without connection signing in says that no link was asked for @phone", async ({ browser }) => {
  const context = await open(browser);
  const page = await context.newPage();
  await page.goto("/portal/demo/sign-in");
  await page.getByLabel("Your e-mail").fill(`${randomUUID()}@customer.test`);
  await context.setOffline(true);
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "You are offline. The link was not asked for" })).toBeVisible();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Send link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mailbox" })).toBeVisible();
  await context.close();
});

test("two agents, one on a phone, and a customer work a ticket at once, and nothing crosses", async ({ browser }) => {
  const customer = await (await open(browser)).newPage();
  const email = `${randomUUID()}@customer.test`;
  const number = await ask(customer, email, "Three at once");
  await enter(customer, email);
  await customer.getByRole("link", { name: "Three at once" }).click();

  const desk = async (who: string, options: object) => {
    const page = await (await open(browser, options)).newPage();
    await signIn(page, who);
    const body = JSON.stringify({ values: { locale: "en" } });
    await page.evaluate((body) => fetch("/api/fn/update_profile", { method: "POST", headers: { "content-type": "application/json" }, body }), body);
    const found = await call<{ rows: { id: string }[] }>(page, "list_records", { record_type: "ticket", query: { search: number } });
    await page.goto(`/tickets/${found.rows[0]!.id}`);
    const composer = page.locator(".desk-composer");
    await expect(page.locator("html[data-ready]")).toHaveCount(1);
    await composer.getByRole("radio", { name: "Note" }).click();
    await expect(composer).toHaveAttribute("data-note", "");
    return page;
  };
  const [first, second] = await Promise.all([
    desk("agent", {}),
    desk("agent2", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }),
  ]);
  // What was asked stands there once, though it is the ticket's description, too.
  for (const page of [first, second]) await expect(page.locator(".message")).toHaveCount(1);
  const loads: string[] = [];
  for (const page of [customer, first, second]) page.on("framenavigated", (frame) => loads.push(frame.url()));
  const say = async (page: Page, kind: "Reply" | "Note", text: string) => {
    await page.locator(".desk-composer").getByRole("radio", { name: kind }).click();
    await page.locator(".desk-composer .rich-area").click();
    await page.keyboard.type(text);
    await page.locator(".desk-composer-foot .button[data-kind=primary]").click();
    await expect(page.locator(".message", { hasText: text })).toBeVisible();
  };
  await say(first, "Note", "Just between colleagues");
  await expect(second.locator(".message[data-kind=note]")).toContainText("Just between colleagues");
  await say(second, "Reply", "Is the lamp red?");
  await expect(first.locator(".message[data-kind=reply]")).toContainText("Is the lamp red?");
  await expect(customer.getByText("Is the lamp red?")).toBeVisible({ timeout: 20_000 });
  expect(loads).toEqual([]);
  await customer.getByLabel("Your answer").fill("It is green.");
  await send(customer, customer.locator("li", { hasText: "It is green." }));
  for (const page of [first, second]) await expect(page.locator(".message[data-kind=inbound]").last()).toContainText("It is green.");
  await expect(customer.getByText("between colleagues")).toHaveCount(0);
});

test("articles are offered while a subject is typed", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  await page.goto("/portal/demo/new");
  await page.getByLabel("What is it about?").pressSequentially("gateway offline");
  await expect(page.getByRole("link", { name: "My gateway is offline. What can I do?" })).toBeVisible();
});

test("what is wrong with a field looks the same on every page @phone", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  const colour = async (path: string, button: string) => {
    await page.goto(`/portal/demo${path}`);
    await page.getByRole("button", { name: button, exact: true }).click();
    const told = page.locator(".field-error").first();
    await expect(told).toBeVisible();
    return told.evaluate((line) => getComputedStyle(line).color);
  };
  expect(await colour("/sign-in", "Send link")).toBe(await colour("/new", "Send"));
});

test("who says that it is not solved yet can write why at once @phone", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  const [email, subject] = [`${randomUUID()}@customer.test`, `Again ${randomUUID()}`];
  await ask(page, email, subject);
  await enter(page, email);
  await page.getByRole("link", { name: subject }).click();
  await page.getByRole("button", { name: "It is solved" }).click();
  await page.getByRole("button", { name: "Not solved yet" }).click();
  await expect(page.getByRole("button", { name: "It is solved" })).toBeVisible();
  await expect(page.getByLabel("Your answer")).toBeFocused();
  await expect(page.getByText("Your answer", { exact: true })).toBeInViewport();
});

test("files that are too large are refused beside their field, and nothing is sent @phone", async ({ browser }) => {
  const page = await (await open(browser)).newPage();
  await page.goto("/portal/demo/new");
  await page.getByLabel("Your e-mail").fill(`${randomUUID()}@customer.test`);
  await page.getByLabel("What is it about?").fill("A film");
  await page.getByLabel("What do you need?").fill("As I typed it");
  const files = page.getByLabel("Files");
  const film = (name: string, megabytes: number) => ({ name, mimeType: "video/mp4", buffer: Buffer.alloc(megabytes << 20) });
  let posts = 0;
  page.on("request", (request) => (posts += Number(request.method() === "POST")));
  await files.setInputFiles(film("film.mp4", 26));
  await expect(page.getByText("film.mp4: This file is larger than 25 MB.")).toBeVisible();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(files).toBeFocused();
  await expect(page.getByLabel("What do you need?")).toHaveValue("As I typed it");
  expect(posts).toBe(0);
  await files.setInputFiles([film("one.mp4", 21), film("two.mp4", 21)]);
  await expect(page.getByText("These files are larger than 40 MB together.")).toBeVisible();
  await files.setInputFiles([]);
  await expect(page.locator(".field-error")).toHaveCount(0);
});

for (const locale of ["en-US", "zh-CN"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`everybody can use the public pages: ${locale}, ${colorScheme} @phone`, async ({ browser }) => {
      const page = await (await open(browser, { locale, colorScheme })).newPage();
      for (const path of ["", "/articles", "/articles/gateway-offline", "/articles/kaipiao", "/new", "/sign-in", "/none"]) {
        await page.goto(`/portal/demo${path}`);
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(violations.map(({ id, nodes }) => `${path}: ${id} ${nodes[0]?.html}`)).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(wide, path).toBeLessThanOrEqual(0);
      }
    });
  }
}
