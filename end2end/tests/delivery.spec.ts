// How the server hands out the browser build: compressed, cached for good, and taking over the
// page without a complaint.
import type { Request } from "@playwright/test";
import { expect, signIn, test } from "./product.js";

async function bundleAddresses(html: string): Promise<string[]> {
  return [...new Set([...html.matchAll(/\/pkg\/guanxi\.[0-9a-f]{16}\.(?:json|js|wasm|css)/g)].map(([address]) => address))];
}

test("the bundle comes compressed and may be kept for good", async ({ request }) => {
  const first = await bundleAddresses(await (await request.get("/")).text());
  expect(first.map((address) => address.split(".").at(-1)).sort(), "the page itself names what it is seen by").toEqual(["css", "css", "js"]);
  const script = first.find((address) => address.endsWith(".js"))!;
  const addresses = [...new Set([...first, ...(await bundleAddresses(await (await request.get(script)).text()))])];
  expect(new Set(addresses.map((address) => address.split(".").at(-1)))).toEqual(new Set(["css", "js", "json", "wasm"]));
  const types = { json: "application/json", js: "text/javascript", wasm: "application/wasm", css: "text/css" };
  for (const address of addresses) {
    for (const encoding of ["br", "gzip"]) {
      const answer = await request.get(address, { headers: { "accept-encoding": encoding } });
      expect(answer.headers()["content-encoding"]).toBe(encoding);
      expect(answer.headers()["cache-control"]).toBe("public, max-age=31536000, immutable");
      expect(answer.headers()["vary"]).toContain("accept-encoding");
      expect(answer.headers()["content-type"]).toContain(types[address.split(".").at(-1) as keyof typeof types]);
    }
  }
});

test("the board is seen by one style sheet; the other comes with the first sign of somebody", async ({ page }) => {
  await signIn(page, "admin");
  const sheets = page.locator("link[rel=stylesheet]");
  await page.goto("/pipeline");
  await expect(sheets).toHaveCount(1);
  await expect(async () => {
    await page.keyboard.press("Shift");
    await expect(sheets).toHaveCount(2, { timeout: 500 });
  }).toPass();
});

test("a bundle of another version is missing, and that is not kept", async ({ request }) => {
  const answer = await request.get("/pkg/guanxi.0123456789abcdef.js");
  expect(answer.status()).toBe(404);
  expect(answer.headers()["cache-control"] ?? "").not.toContain("immutable");
});

test("the server says that it is up and ready", async ({ request }) => {
  expect((await request.get("/healthz")).status()).toBe(200);
  expect((await request.get("/readyz")).status()).toBe(200);
});

test("a page may load from here only, runs no foreign script, and is not kept or framed", async ({ page }) => {
  const answer = (await page.goto("/sign-in"))!;
  const headers = answer.headers();
  const policy = headers["content-security-policy"]!;
  const scripts = policy.split(";").find((part) => part.trim().startsWith("script-src"))!;
  expect(scripts).toMatch(/'self' 'nonce-[^']{16,}' 'wasm-unsafe-eval'$/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["cache-control"]).toBe("no-store");
  // Another page has another nonce.
  expect((await page.request.get("/sign-in")).headers()["content-security-policy"]).not.toBe(policy);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.foreign = true";
    document.body.append(script);
    return "foreign" in window;
  });
  expect(ran).toBe(false);
});

test("the first page is taken over without a complaint @phone", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const code: string[] = [];
  page.on("request", (sent) => /\.(wasm|bin)$/.test(sent.url()) && code.push(sent.url()));
  await page.goto("/", { waitUntil: "networkidle" });
  expect(complaints).toEqual([]);
  // Each is fetched once, the files split off too.
  expect(code.length).toBeGreaterThan(0);
  expect(code).toEqual([...new Set(code)]);
});

test("what was typed and chosen before the page was taken over counts @phone", async ({ page }) => {
  await signIn(page, "admin");
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto("/settings/audit");
  await page.getByRole("searchbox", { name: "Record" }).fill("nobody is called so");
  // The choice keeps the focus.
  await page.getByRole("combobox", { name: "Record type" }).selectOption("lead");
  await page.getByRole("combobox", { name: "Record type" }).focus();
  release();
  await expect(page.getByRole("combobox", { name: "Field" })).toBeVisible();
  await expect(page.locator(".audit-entry")).toHaveCount(0);
  await expect(page.getByRole("searchbox", { name: "Record" })).toHaveValue("nobody is called so");
});

// Split as finely as code is shared, a page of settings took 125 requests and one of records 168.
test("a page whose code comes in files of its own takes few of them, however often it is opened", async ({ page }) => {
  await signIn(page, "admin");
  for (const path of ["/settings/profile", "/import", "/settings/mailboxes", "/customers", "/desk/reports"]) {
    const code: string[] = [];
    const note = (sent: Request) => /\.(wasm|bin)$/.test(sent.url()) && code.push(sent.url());
    page.on("request", note);
    for (let times = 0; times < 4; times += 1) await Promise.all([page.waitForRequest("**/api/v1/events*"), page.goto(path)]);
    page.off("request", note);
    expect(new Set(code).size, path).toBeLessThan(40);
  }
});
