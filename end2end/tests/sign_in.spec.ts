// Getting in and out: sign-in, the language, the command palette, invitations, forgotten passwords.
import type { Page, Route } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { expect, press, test } from "./product.js";

const password = "guanxi-demo";

// The button wakes up together with the page.
async function signIn(page: Page, who = "admin", secret = password) {
  await page.goto("/sign-in");
  await page.locator("#email").fill(who.includes("@") ? who : `${who}@demo.guanxi.test`);
  await page.locator("#password").fill(secret);
  await page.locator("button[type=submit]").click();
}

async function signedIn(page: Page) {
  await expect(page.locator(".frame")).toBeVisible();
}

test("a demo sign-in is one click away and leads to where one wanted to go @phone", async ({ page }) => {
  await page.goto("/customers");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect(page.locator("button[type=submit]")).toBeEnabled();
  await page.locator(".sign-in-demo .chip").first().click();
  await page.locator("button[type=submit]").click();
  await signedIn(page);
  await expect(page).toHaveURL(/\/customers$/);
});

test("a wrong password is said beside its field, in the language chosen", async ({ page }) => {
  await signIn(page, "admin", "not the password");
  await expect(page.locator("#password-error")).toContainText("E-mail or password is wrong");
  await page.getByRole("button", { name: "简体中文" }).click();
  await expect(page.locator("#password-error")).toContainText("邮箱或密码不正确");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
});

test("an unknown address gets the same answer as a wrong password", async ({ page }) => {
  await signIn(page, `${randomUUID()}@nowhere.test`, "not the password");
  await expect(page.locator("#password-error")).toContainText("E-mail or password is wrong");
});

test("sign-in never leads to another site", async ({ page }) => {
  await page.goto("/sign-in?next=" + encodeURIComponent("//evil.test/"));
  await page.locator("#email").fill(`rep@demo.guanxi.test`);
  await page.locator("#password").fill(password);
  await page.locator("button[type=submit]").click();
  await signedIn(page);
  expect(new URL(page.url()).host).not.toBe("evil.test");
});

test("what was typed before the page woke up is kept", async ({ page }) => {
  const type = async (route: Route) => {
    await page.locator("#email").fill("rep@demo.guanxi.test");
    await page.locator("#password").fill(password);
    await route.continue();
  };
  // Only here: a page that is intercepted has no cache, so the next one would ask again.
  await page.route("**/*.wasm", type, { times: 1 });
  await page.goto("/sign-in");
  await expect(page.locator("button[type=submit]")).toBeEnabled();
  await expect(page.locator("#email")).toHaveValue("rep@demo.guanxi.test");
  await page.locator("button[type=submit]").click();
  await signedIn(page);
});

test("the session cookie is out of reach for scripts, and signing out ends it @phone", async ({ page, context }) => {
  await signIn(page, "rep2");
  await signedIn(page);
  const cookie = (await context.cookies()).find((cookie) => cookie.name === "gx_session");
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
  await page.getByRole("button", { name: /Account menu|账户菜单/ }).click();
  await page.getByRole("menuitem", { name: /Sign out|退出登录/ }).click();
  await expect(page).toHaveURL(/\/sign-in\?signed_out/);
  await page.goto("/customers");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("the language changes at once, without a reload, and stays", async ({ page }) => {
  await signIn(page, "manager");
  await signedIn(page);
  await page.evaluate(() => ((window as unknown as { same: boolean }).same = true));
  const choose = async (language: string) => {
    await page.locator(".topbar .menu > button").last().click();
    await page.getByRole("menuitemradio", { name: language }).click();
  };
  await choose("English");
  await expect(page.locator(".rail")).toContainText("Customers");
  // Another page in that very moment may still be in the language before.
  const saved = page.waitForResponse("**/api/fn/update_profile");
  await choose("简体中文");
  await expect(page.locator(".rail")).toContainText("客户");
  await saved;
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
  expect(await page.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true);
  await page.reload();
  await expect(page.locator(".rail")).toContainText("客户");
});

test("the palette goes places and finds records by keys alone", async ({ page }) => {
  await signIn(page, "admin");
  await signedIn(page);
  const palette = page.locator("dialog.palette");
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(palette).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.keyboard.type("customers");
  await expect(palette.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/customers$/);
  await expect(palette).toBeHidden();
});

test("on a phone everything else is behind More @phone", async ({ page, viewport }) => {
  test.skip((viewport?.width ?? 0) > 767, "the rail shows everything");
  await signIn(page, "admin");
  await signedIn(page);
  await press(page.locator(".bottom-tab").last(), page.locator("dialog[open] a[href='/contacts']"));
  await page.locator("dialog[open] a[href='/contacts']").click();
  await expect(page).toHaveURL(/\/contacts/);
});

test("asking for a new password answers the same for everybody", async ({ page }) => {
  for (const address of ["admin@demo.guanxi.test", `${randomUUID()}@nowhere.test`]) {
    await page.goto("/reset");
    await page.locator("#email").fill(address);
    await page.locator("button[type=submit]").click();
    await expect(page.locator(".notice[data-tone=success]")).toContainText("If there is an account");
  }
});

test("a link that never was is refused @phone", async ({ page }) => {
  await page.goto("/reset?token=nonsense");
  await page.locator("#password").fill("a long enough phrase");
  await page.locator("button[type=submit]").click();
  await expect(page.locator(".notice[data-tone=danger]")).toContainText("expired");
  await page.goto("/invitation?token=nonsense");
  await expect(page.locator(".notice")).toContainText("expired");
});
