// What customers type and choose on the public pages is never lost on the way: forms that are refused, connections that break.
import type { Browser, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, expect, signIn, test } from "./product.js";

const sent = (page: Page) => page.getByRole("heading", { name: "We got your request" });
const files = (page: Page) => page.getByLabel("Files");
const press = (page: Page) => page.getByRole("button", { name: "Send", exact: true }).click();
const photo = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from("a red lamp") });

async function written(page: Page, subject: string, email = `${randomUUID()}@customer.test`) {
  await page.goto("/portal/demo/new");
  await page.getByLabel("Your e-mail").fill(email);
  await page.getByLabel("What is it about?").fill(subject);
  await page.getByLabel("What do you need?").fill("As I typed it");
}

// How many records of a type are called so.
async function found(browser: Browser, type: string, field: string, value: string) {
  const desk = await (await browser.newContext()).newPage();
  await signIn(desk, "admin");
  const query = { filter: { field: { field, op: "eq", value } } };
  return (await call<{ rows: unknown[] }>(desk, "list_records", { record_type: type, query })).rows.length;
}

test("what the server refuses comes back beside its field, with the files still chosen @phone", async ({ page, browser }) => {
  const name = `${randomUUID()}.txt`;
  // The page takes it for an address, the server does not: it is longer than any.
  await written(page, "Refused", `somebody@${`${"a".repeat(60)}.`.repeat(5)}example`);
  await files(page).setInputFiles(photo(name));
  await expect(page.getByText(name, { exact: true })).toBeVisible();
  await press(page);
  await expect(page.locator("#requester_email-error")).toContainText("Enter an e-mail address");
  await expect(page.getByLabel("Your e-mail")).toBeFocused();
  await expect(page.getByLabel("What do you need?")).toHaveValue("As I typed it");
  expect(await files(page).evaluate((input: HTMLInputElement) => input.files!.length)).toBe(1);
  await page.getByLabel("Your e-mail").fill(`${randomUUID()}@customer.test`);
  await press(page);
  await expect(sent(page)).toBeVisible();
  expect(await found(browser, "attachment", "name", name)).toBe(1);
});

test("what is wrong is said all at once, also an address that browsers take", async ({ page }) => {
  await written(page, "", "somebody@nowhere");
  await press(page);
  await expect(page.locator("#subject-error")).toHaveText("Please fill this in.");
  await expect(page.locator("#requester_email-error")).toContainText("Enter an e-mail address");
  for (const email of ["a@b.example", "a.b+c@mail.example.co.uk"]) {
    await page.getByLabel("Your e-mail").fill(email);
    await press(page);
    await expect(page.locator("#requester_email-error")).toHaveCount(0);
  }
  await expect(page.locator("#subject-error")).toBeVisible();
});

test("what does not fit is said in the language of the page, and nothing is sent", async ({ page }) => {
  let posts = 0;
  page.on("request", (request) => (posts += Number(request.method() === "POST")));
  await page.goto("/portal/demo/new?lang=zh-CN");
  await page.getByLabel("您的邮箱").fill("li@customer.test");
  await page.getByLabel("问题描述").fill("你好");
  await page.getByRole("button", { name: "提交", exact: true }).click();
  await expect(page.locator("#subject-error")).toHaveText("请填写此项。");
  await page.getByLabel("主题", { exact: true }).fill("字".repeat(301));
  await page.getByRole("button", { name: "提交", exact: true }).click();
  await expect(page.locator("#subject-error")).toHaveText("内容过长，最多 300 个字符。");
  await page.getByLabel("附件").setInputFiles({ name: "空.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await expect(page.locator("#files-error")).toHaveText("空.txt 是空文件，请换一个文件或不附加。");
  const file = (name: string, megabytes: number) => ({ name, mimeType: "video/mp4", buffer: Buffer.alloc(megabytes << 20) });
  await page.getByLabel("附件").setInputFiles(file("大电影.mp4", 26));
  await expect(page.locator("#files-error")).toHaveText("大电影.mp4：文件超过 25 MB。请压缩后重试，或改用链接分享。");
  // Before it is sent, too.
  await page.getByLabel("附件").setInputFiles(file("安装.pdf.EXE", 1));
  await expect(page.locator("#files-error")).toHaveText("“安装.pdf.EXE”无法发送：不接受 exe 类型的文件。");
  expect(posts).toBe(0);
});

test("without script files that were lost are asked for by name", async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await written(page, "s".repeat(301));
  await files(page).setInputFiles(photo("lamp.txt"));
  await press(page);
  await expect(page.getByText("Choose your files again, they could not be kept: lamp.txt")).toBeVisible();
  await expect(page.getByLabel("What do you need?")).toHaveValue("As I typed it");
});

test("without connection everything stays, over a reload, too @phone", async ({ page, context }) => {
  await written(page, `Offline ${randomUUID()}`);
  await files(page).setInputFiles(photo("lamp.txt"));
  await context.setOffline(true);
  await press(page);
  await expect(page.getByRole("alert").filter({ hasText: "No connection. Your text and files are kept; try again." })).toBeVisible();
  expect(await files(page).evaluate((input: HTMLInputElement) => input.files!.length)).toBe(1);
  await context.setOffline(false);
  await page.reload();
  await expect(page.getByLabel("What do you need?")).toHaveValue("As I typed it");
  await expect(page.getByText("Choose your files again, they could not be kept: lamp.txt")).toBeVisible();
  await press(page);
  await expect(sent(page)).toBeVisible();
  await page.goto("/portal/demo/new");
  await expect(page.getByLabel("What do you need?")).toHaveValue("");
});

test("buttons pressed without connection leave the page as it is, and work once there is one @phone", async ({ page, context }) => {
  const told = page.getByRole("alert").filter({ hasText: "No connection. This page stays as it is; try again." });
  await page.goto("/portal/demo");
  await context.setOffline(true);
  await page.getByRole("searchbox").fill("gateway offline");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(told).toBeVisible();
  await expect(page.getByRole("searchbox")).toHaveValue("gateway offline");
  await context.setOffline(false);
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/q=gateway\+offline/);

  await page.goto("/portal/demo/articles/gateway-offline");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Yes" }).click();
  await expect(told).toHaveCount(1);
  await page.getByRole("button", { name: "Yes" }).click();
  await expect(told).toHaveCount(1);
  await context.setOffline(false);
  await page.getByRole("button", { name: "Yes" }).click();
  await expect(page.getByText("Thank you for telling us.")).toBeVisible();
});

test("what the server refuses of such a button is a page that says so", async ({ page }) => {
  await page.goto("/portal/demo/sign-in");
  let posts = 0;
  page.on("request", (request) => (posts += Number(request.method() === "POST")));
  // A link that was used up meanwhile.
  await page.evaluate(() => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/portal/demo/session" });
    form.innerHTML = '<input type="hidden" name="token" value="used"><button>Enter</button>';
    document.querySelector("main")!.append(form);
  });
  await page.getByRole("button", { name: "Enter" }).click();
  await expect(page).toHaveURL(/\/session$/);
  await expect(page.locator(".portal-problem")).toBeVisible();
  expect(posts).toBe(1);
});

for (const status of [200, 404, 502]) {
  test(`a page of somebody else (${status}) takes the place of none, and what was pressed is not sent again by itself`, async ({ page }) => {
    let posts = 0;
    await page.route("**/vote", (route) => {
      posts += 1;
      return posts > 1 ? route.continue() : route.fulfill({ status, contentType: "text/html", body: "<html><main><p>It is away</p></main></html>" });
    });
    await page.goto("/portal/demo/articles/gateway-offline");
    const yes = page.getByRole("button", { name: "Yes" });
    await yes.click();
    await expect(page.getByRole("alert").filter({ hasText: "That didn’t work. This page stays as it is; try again." })).toBeVisible();
    await expect(page).toHaveURL(/\/gateway-offline$/);
    expect(posts).toBe(1);
    await yes.click();
    await expect(page.getByText("Thank you for telling us.")).toBeVisible();
  });
}

test("what arrived is not told as a lack of connection where the page that came can't be shown", async ({ page }) => {
  await page.route("**/vote", (route) => route.fulfill({ contentType: "text/html", body: '<body data-failed="."><p>No page as ours are</p>' }));
  await page.goto("/portal/demo/articles/gateway-offline");
  await page.getByRole("button", { name: "Yes" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "That didn’t work." })).toBeVisible();
  await expect(page.getByText("No connection.")).toHaveCount(0);
  await expect(page).toHaveURL(/\/gateway-offline$/);
});

test("what is pressed once more before the next page is there is sent once", async ({ page }) => {
  await page.goto("/portal/demo/articles/gateway-offline");
  let posts = 0;
  page.on("request", (request) => (posts += Number(request.method() === "POST")));
  let [asked, arrive] = [() => {}, () => {}];
  const leaving = new Promise<void>((resolve) => (asked = resolve));
  const awaited = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/*", async (route) => {
    if (route.request().isNavigationRequest()) {
      asked();
      await awaited;
    }
    await route.continue();
  });
  let presses = 0;
  await page.route("**/pressed", (route) => {
    presses += 1;
    return route.fulfill({ status: 204 });
  });
  // By the page itself: from outside nothing gets into one that is being left.
  await page.getByRole("button", { name: "Yes" }).evaluate((button: HTMLButtonElement) => {
    button.click();
    setInterval(() => {
      button.click();
      void fetch("/pressed");
    }, 100);
  });
  await leaving;
  const before = presses;
  await expect.poll(() => presses).toBeGreaterThan(before + 1);
  arrive();
  await expect(page.getByText("Thank you for telling us.")).toBeVisible();
  expect(posts).toBe(1);
});

for (const status of [429, 500]) {
  test(`what fails with ${status} is said where it was pressed, and not sent again by itself`, async ({ page }) => {
    let posts = 0;
    await page.route("**/vote", (route) => {
      posts += 1;
      // The server's own pages carry that mark. Without it this told in whatever language of a proxy's that it was away.
      return route.fulfill({ status, contentType: "text/html", body: "<main><p data-refused>Something went wrong here.</p></main>" });
    });
    await page.goto("/portal/demo/articles/gateway-offline");
    await page.getByRole("button", { name: "Yes" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Something went wrong here." })).toBeVisible();
    expect(posts).toBe(1);
  });
}

for (const reload of [false, true]) {
  test(`an answer that is lost makes no second ticket${reload ? ", after a reload neither" : ""}`, async ({ page, browser }) => {
    const subject = `Lost ${randomUUID()}`;
    // The server gets it; what it says the first time does not arrive.
    await page.addInitScript(() => {
      const real = window.fetch;
      window.fetch = async (...request) => {
        const answer = await real(...request);
        if (request[1]?.method !== "POST" || sessionStorage.getItem("lost")) return answer;
        sessionStorage.setItem("lost", "yes");
        throw new TypeError("the answer is lost");
      };
    });
    await written(page, subject);
    await press(page);
    await expect(page.getByText("No connection.")).toBeVisible();
    expect(await found(browser, "ticket", "subject", subject)).toBe(1);
    if (reload) await page.reload();
    await press(page);
    await expect(sent(page)).toBeVisible();
    expect(await found(browser, "ticket", "subject", subject)).toBe(1);
  });
}
