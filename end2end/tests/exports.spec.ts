// Exports that are made in the background, and the audit log as a file.
import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { call, create, expect, pick, press, signIn, test } from "./product.js";

const condition = (field: string, op: string, value: unknown) => ({ field: { field, op, value } });

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

test("a file is named after its rows and its day, and told apart by its filter", async ({ page }) => {
  await signIn(page, "admin");
  const found = await call<{ rows: { id: string }[] }>(page, "list_records", { record_type: "user", query: { search: "Sofia" } });
  const all = [
    condition("address.city", "in", ["Jinan", "Weihai"]), condition("industry", "eq", "energy"),
    condition("owner_id", "in", [found.rows[0]!.id]),
  ];
  const spec = { plural: "customers", kind: "csv", query: { filter: { all } }, name: "重点 / East" };
  const run = await call<{ id: string }>(page, "start_export", { spec });
  await page.goto("/exports");
  const line = page.locator(".export-runs > li").filter({ has: page.locator(`a[href*="${run.id}"]`) });
  await expect(line).toContainText("Customers · 重点 / East");
  await expect(line).toContainText("Filter: Address: City is one of Jinan, Weihai · Industry is Energy · Owner is one of Sofia Rossi");
  const download = page.waitForEvent("download");
  await line.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toMatch(/^customers-重点-East-\d{4}-\d\d-\d\d\.csv$/);
});

test("a filter is told in the words of a user-defined field", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = randomUUID().slice(0, 6);
  await create(page, "custom_field", { record_type: "lead", key: `zone_${stamp}`, label: `Zone ${stamp}`, kind: "text" });
  const spec = { plural: "leads", kind: "csv", query: { filter: condition(`custom.zone_${stamp}`, "eq", "Far east") } };
  const run = await call<{ id: string }>(page, "start_export", { spec });
  await page.goto("/exports");
  const line = page.locator(".export-runs > li").filter({ has: page.locator(`a[href*="${run.id}"]`) });
  await expect(line).toContainText(`Filter: Zone ${stamp} is Far east`);
});

test("a file bears the name of the view that is shown, until something else is", async ({ page }) => {
  await signIn(page, "admin");
  const stamp = randomUUID().slice(0, 6);
  const all = [condition("address.city", "in", ["Jinan", "Weihai"]), condition("industry", "eq", "energy")];
  await page.goto(`/customers?f=${encodeURIComponent(JSON.stringify(all))}`);
  const views = page.getByRole("button", { name: "Views", exact: true });
  await pick(views, page.getByRole("menuitem", { name: "Save as view" }));
  const dialog = page.locator("dialog[open]");
  await dialog.locator("#view-name").fill(`重点 / ${stamp}`);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/view=/);
  // What views are called is known once they can be renamed.
  await press(views, page.getByRole("menuitem", { name: "Rename view" }));
  await page.keyboard.press("Escape");
  const named = async () => {
    const download = page.waitForEvent("download");
    await pick(page.getByRole("button", { name: "Export" }), page.getByRole("menuitem", { name: "As text (CSV)" }));
    return (await download).suggestedFilename();
  };
  expect(await named()).toMatch(new RegExp(`^customers-重点-${stamp}-\\d{4}-\\d\\d-\\d\\d\\.csv$`));
  await page.locator(".list-bar .chip[data-set]", { hasText: "Industry" }).locator(".chip-remove").click();
  await expect(page.locator(".view-changed")).toContainText("Changed");
  expect(await named()).toMatch(/^customers-\d{4}-\d\d-\d\d\.csv$/);
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
  expect(lines[0]).toContain(",Who,Through,What,Record type,Record id,");
  expect(lines.slice(1).every((line) => line.includes(",Product,"))).toBe(true);
});
