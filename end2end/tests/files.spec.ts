// Files of a customer: chosen, pasted and dropped; seen as pictures, fetched, removed and brought back.
import type { Page } from "@playwright/test";
import { create, expect, signIn, test } from "./product.js";

// One red pixel.
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);

const section = (page: Page) => page.locator("[data-related=attachments]");
const lines = (page: Page) => section(page).locator(".attachments > li");

async function open(page: Page): Promise<string> {
  const id = await create(page, "customer", { name: `Files ${Date.now()}`, kind: "company" });
  await page.goto(`/customers/${id}`);
  await expect(section(page).locator("input[type=file]")).toBeAttached();
  return id;
}

test("a file is added, shown, fetched, removed and brought back", async ({ page }) => {
  await signIn(page, "admin");
  await open(page);
  await section(page).locator("input[type=file]").setInputFiles([
    { name: "照片.png", mimeType: "image/png", buffer: PNG },
    { name: "page.html", mimeType: "text/html", buffer: Buffer.from("<script>document.title='run'</script>") },
  ]);
  await expect(lines(page)).toHaveCount(2);
  const picture = lines(page).filter({ hasText: "照片.png" });
  await expect.poll(() => picture.locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);

  const html = lines(page).filter({ hasText: "page.html" });
  const download = page.waitForEvent("download");
  await html.locator("a").click();
  expect((await download).suggestedFilename()).toBe("page.html");
  const answer = await page.request.get((await html.locator("a").getAttribute("href"))!);
  expect(answer.headers()["content-type"]).toBe("application/octet-stream");
  expect(answer.headers()["content-disposition"]).toContain("attachment");

  await html.getByRole("button").click();
  await expect(lines(page)).toHaveCount(1);
  await page.locator(".toast", { hasText: "Removed" }).locator(".toast-action").click();
  await expect(lines(page)).toHaveCount(2);
  expect((await page.request.get((await html.locator("a").getAttribute("href"))!)).status()).toBe(200);
});

test("pictures are pasted and files are dropped", async ({ page }) => {
  await signIn(page, "admin");
  await open(page);
  const put = (kind: "paste" | "drop") =>
    page.evaluate(
      ([kind, bytes]) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], `${kind}.png`, { type: "image/png" }));
        const target = kind === "paste" ? document.body : document.querySelector(".upload")!;
        const event = kind === "paste"
          ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
        target.dispatchEvent(event);
      },
      [kind, [...PNG]] as const,
    );
  await put("paste");
  await expect(lines(page)).toHaveCount(1);
  await put("drop");
  await expect(lines(page)).toHaveCount(2);
});

test("a file that is too large says so, and can be put away", async ({ page }) => {
  await signIn(page, "admin");
  await open(page);
  const large = { name: "large.bin", mimeType: "application/octet-stream", buffer: Buffer.alloc(26 * 1024 * 1024) };
  await section(page).locator("input[type=file]").setInputFiles(large);
  const refused = section(page).locator(".upload-list > li");
  await expect(refused.getByRole("alert")).toContainText("25 MB");
  await refused.getByRole("button").click();
  await expect(refused).toHaveCount(0);
  await expect(lines(page)).toHaveCount(0);
});

test("an upload that can't get through says so, and others go on", async ({ page }) => {
  await signIn(page, "admin");
  await open(page);
  await page.route("**/api/files/customer/*", (route) => route.abort());
  await section(page).locator("input[type=file]").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PNG });
  await expect(section(page).getByRole("alert")).toBeVisible();
  await page.unroute("**/api/files/customer/*");
  await section(page).locator("input[type=file]").setInputFiles({ name: "b.png", mimeType: "image/png", buffer: PNG });
  await expect(lines(page)).toHaveCount(1);
});

test("on a phone the place for files is large enough to be touched", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await signIn(page, "admin");
  await open(page);
  await page.locator(".record-fold").click();
  const box = await section(page).locator(".upload-pick").evaluate((pick) => pick.getBoundingClientRect().height);
  expect(box).toBeGreaterThanOrEqual(44);
  await context.close();
});

test("a program is refused beside its name, whatever it is called", async ({ page }) => {
  await signIn(page, "admin");
  await open(page);
  await section(page).locator("input[type=file]").setInputFiles([
    { name: "setup.exe", mimeType: "text/plain", buffer: Buffer.from("text") },
    { name: "photo.png", mimeType: "image/png", buffer: Buffer.from("MZ\x90\0\x03", "latin1") },
    { name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) },
  ]);
  const refused = section(page).locator(".upload-list li");
  await expect(refused.filter({ hasText: "setup.exe" })).toContainText("files of the type exe are not accepted");
  await expect(refused.filter({ hasText: "photo.png" })).toContainText("files of the type exe are not accepted");
  await expect(refused.filter({ hasText: "nothing.txt" })).toContainText("is empty");
  await expect(lines(page)).toHaveCount(0);
});
