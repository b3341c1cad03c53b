// The history: what was done lately is undone set by set, what was changed since stays and is named each time, and a merge is told of.
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, press, signIn, test } from "./product.js";

const stamped = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;

test("a set is undone from the history but for what was changed since, and done again @phone", async ({ page }) => {
  await signIn(page, "admin");
  const [stays, goes] = [stamped("Stays"), stamped("Goes")];
  const [kept, gone] = await createAll(page, "customer", [{ name: stays }, { name: goes }]);
  const change = { do: "update", id: kept, values: { website: "https://stays.example" } };
  await call(page, "apply", { command: { record_type: "customer", changes: [change], all_or_nothing: true } });
  await page.goto("/history");
  const made = page.locator(".history-set", { hasText: "2 customers created" }).filter({ hasText: goes });
  await expect(made.getByRole("link", { name: goes })).toHaveAttribute("href", `/customers/${gone}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBe(0);

  const dialog = page.locator("dialog[open]");
  await press(made.getByRole("button", { name: "Undo" }), dialog);
  await expect(dialog).toContainText("2 customers created");
  await dialog.getByRole("button", { name: "Undo 2 records" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(made).toContainText("1 record stays as it is");
  await expect(made.getByRole("link", { name: stays }).last()).toHaveAttribute("href", `/customers/${kept}`);
  await expect(made.locator(".badge")).toHaveText("Undone");
  await expect(made.getByRole("button")).toHaveCount(0);
  await expect(made).toBeFocused();

  // Whoever comes back later is told as well.
  await page.reload();
  await expect(made).toContainText("1 record stays as it is");
  const left = made.locator("li", { hasText: "changed since" });
  await expect(left.getByRole("link", { name: stays })).toHaveAttribute("href", `/customers/${kept}`);
  await expect(left).toHaveCount(1);

  const undone = page.locator(".history-set", { hasText: "1 customer deleted" }).filter({ hasText: goes });
  await undone.getByRole("button", { name: "Redo" }).click();
  await expect(undone.locator(".badge")).toHaveText("Redone");
  await expect(undone).toContainText("1 record was set back");
  const back = await call<{ row: { name: string } }>(page, "get_record", { record_type: "customer", id: gone });
  expect(back.row.name).toBe(goes);
});

test("what was undone from the history is not undone once more by key", async ({ page }) => {
  await signIn(page, "admin");
  const name = stamped("Once");
  const id = await create(page, "customer", { name });
  await page.goto(`/customers?q=${encodeURIComponent(name)}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  const row = page.locator("tbody tr[data-id]").filter({ hasText: name });
  await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Archive", exact: true }).click();
  await expect(page.locator(".toast-action")).toBeVisible();
  const palette = page.locator("dialog.palette");
  await page.keyboard.press("Control+k");
  await expect(palette).toBeVisible();
  await page.keyboard.type("undo");
  await palette.getByRole("option").filter({ hasText: "History" }).click();
  const sets = page.locator(".history-set", { hasText: name });
  await sets.first().getByRole("button", { name: "Undo" }).click();
  await expect(sets.locator(".badge", { hasText: "Undone" })).toHaveCount(1);
  let asked = 0;
  page.on("request", (request) => (asked += request.url().endsWith("/api/fn/undo") ? 1 : 0));
  await page.locator("h1").click();
  await page.keyboard.press("ControlOrMeta+z");
  await call(page, "get_record", { record_type: "customer", id });
  expect(asked).toBe(0);
});

test("the palette leads to the history by what one wants there", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/tasks");
  const palette = page.locator("dialog.palette");
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(palette).toBeVisible({ timeout: 500 });
  }).toPass();
  await page.keyboard.type("undo");
  await palette.getByRole("option").filter({ hasText: "History" }).click();
  await expect(page).toHaveURL(/\/history$/);
  await expect(page.getByRole("radio", { name: "Everyone" })).toBeVisible();
});

test("a merge is told of on the record that stays, on what referred to the other, and in the audit log", async ({ page }) => {
  await signIn(page, "admin");
  const [stays, goes] = [stamped("Stays"), stamped("Goes")];
  const [into, gone] = await createAll(page, "customer", [{ name: stays }, { name: goes }]);
  const person = await create(page, "contact", { name: stamped("Ann"), customer_id: gone });
  const merge = { record_type: "customer", into, others: [gone] };
  const { change_set } = await call<{ change_set: string }>(page, "merge_records", { merge });
  await page.goto(`/customers/${into}`);
  await expect(page.locator(".timeline-item", { hasText: `merged ${goes} into this` })).toBeVisible();
  await page.goto(`/contacts/${person}`);
  const moved = page.locator(".timeline-item", { hasText: "merged records" });
  await expect(moved).toContainText(goes);
  await expect(moved).toContainText(stays);
  await page.goto("/settings/audit");
  await expect(async () => {
    await page.locator(".admin-filter input").first().fill(goes, { timeout: 1_000 });
    await page.keyboard.press("Tab");
    await expect(page.locator(".audit-entry .badge", { hasText: "Merged" })).toHaveCount(1, { timeout: 1_500 });
  }).toPass();

  // Taken back, it is told of as such, and on what parted from the other as well.
  await call(page, "undo", { change_set });
  await page.goto("/history");
  await expect(page.locator(".history-set", { hasText: `Merge of ${goes} into ${stays} undone` })).toBeVisible();
  await page.goto(`/customers/${gone}`);
  const away = page.locator(".timeline-item", { hasText: `merged ${goes} into ${stays}` });
  await expect(away.getByRole("link", { name: stays })).toHaveAttribute("href", `/customers/${into}`);
});
