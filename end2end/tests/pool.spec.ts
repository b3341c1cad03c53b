// The public pool 公海: released by one, seen by everybody who works with customers, claimed by another.
import { randomUUID } from "node:crypto";
import { create, expect, press, signIn, test } from "./product.js";

test("a released customer is found in the pool and claimed by a colleague @phone", async ({ page, browser }) => {
  const name = `Free ${randomUUID().slice(0, 8)}`;
  await signIn(page, "rep");
  const customer = await create(page, "customer", { name });
  const colleague = await (await browser.newContext()).newPage();
  await signIn(colleague, "rep2");

  await page.goto(`/customers/${customer}`);
  const release = page.getByRole("menuitem", { name: /Release to the public pool|退回公海/ });
  await press(page.locator(".record-head .menu > [data-icon-only]"), release);
  await release.click();
  const claim = /^(Claim|领取)$/;
  await expect(page.getByRole("button", { name: claim })).toBeVisible();

  // The stream begins once the page has been taken over.
  await Promise.all([colleague.waitForRequest("**/api/v1/events*"), colleague.goto("/customers")]);
  await colleague.getByRole("button", { name: /Public pool|公海/ }).click();
  await expect(colleague).toHaveURL(/owner_id/);
  await expect(colleague.getByRole("link", { name })).toBeVisible();
  await colleague.goto(`/customers/${customer}`);
  await colleague.getByRole("button", { name: claim }).click();
  await expect(colleague.getByRole("button", { name: claim })).toHaveCount(0);
  // It is the colleague's now, and gone for whoever let it go.
  await expect(page.locator(".record")).toContainText(/was removed|已被|no longer|不再/);
});
