// Exports that are made in the background, and the audit log as a file.
import { readFile } from "node:fs/promises";
import { call, create, expect, press, signIn, test } from "./product.js";

test("a file is made in the background, fetched, told of in the audit log, and deleted @phone", async ({ page }) => {
  await signIn(page, "admin");
  const spec = { plural: "products", kind: "csv", query: {} };
  const run = await call<{ id: string }>(page, "start_export", { spec });
  await page.goto("/exports");
  const line = page.locator(".export-runs > li").filter({ has: page.locator(`a[href*="${run.id}"]`) });
  await expect(line).toContainText("Finished");
  const download = page.waitForEvent("download");
  await line.getByRole("link", { name: "Download" }).click();
  const file = await readFile(await (await download).path(), "utf8");
  expect(file.startsWith("\ufeffid,")).toBe(true);
  await expect(async () => {
    await line.getByRole("button", { name: "Delete" }).click({ timeout: 1_500 });
    await expect(line).toHaveCount(0, { timeout: 1_500 });
  }).toPass();
  const gone = await page.request.get(`/api/export/runs/${run.id}/file`);
  expect(gone.status()).toBe(404);
});

test("a list is had in the words of who reads it", async ({ page }) => {
  await signIn(page, "admin");
  const name = `Reading ${Date.now()}`;
  await create(page, "product", { name, price: "1234.5", currency: "USD" });
  await page.goto(`/products?q=${encodeURIComponent(name)}`);
  await expect(page.locator("main")).toContainText(name);
  const item = page.getByRole("group", { name: "For reading" }).getByRole("menuitem", { name: "Text (.csv)" });
  await press(page.getByRole("button", { name: "Export" }), item);
  const download = page.waitForEvent("download");
  await item.click();
  const file = await readFile(await (await download).path(), "utf8");
  expect(file.startsWith("\ufeffName,")).toBe(true);
  expect(file).toContain("List price");
  expect(file).toContain('"$1,234.50"');
  const chinese = await (await page.request.get("/api/export/products.csv?labels=zh-CN")).text();
  expect(chinese.split("\n")[0]).toContain("产品名称");
});

test("the audit log is had as a file of what the page shows", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/settings/audit");
  const link = page.getByRole("link", { name: "As text (CSV)" });
  await expect(async () => {
    await page.locator(".admin-filter select").nth(1).selectOption("product");
    await expect(link).toHaveAttribute("href", /product/, { timeout: 1_500 });
  }).toPass();
  const download = page.waitForEvent("download");
  await link.click();
  const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
  expect(lines[0]).toContain("at,user,source,action");
  expect(lines.slice(1).every((line) => line.includes(",product,"))).toBe(true);
});
