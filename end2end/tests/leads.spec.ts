// A lead becomes a customer, a contact and a deal in one act, which is taken back as one.
import { randomUUID } from "node:crypto";
import { call, create, expect, press, signIn, test } from "./product.js";

const fresh = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;

test("a lead is converted, leads on to what it became, and is a lead again @phone", async ({ page }) => {
  await signIn(page, "admin");
  const [company, person] = [fresh("Conversion Ltd"), fresh("Li Lei")];
  const id = await create(page, "lead", { name: person, company, phones: ["+86 138 0013 8000"], need: "Forty pumps" });
  await page.goto(`/leads/${id}`);
  const dialog = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "Convert" }), dialog);
  await expect(dialog.locator("#convert-customer-name")).toHaveValue(company);
  await expect(dialog.locator("#convert-contact-name")).toHaveValue(person);
  await dialog.locator("#convert-opportunity-name").fill("");
  await dialog.getByRole("button", { name: "Convert" }).click();
  await expect(dialog.locator(".field[data-invalid]")).toHaveCount(1);
  await dialog.locator("#convert-opportunity-name").fill(fresh("Pumps"));
  await dialog.getByRole("button", { name: "Convert" }).click();
  await expect(dialog).toBeHidden();

  const head = page.locator(".record-head");
  await expect(head.getByRole("link", { name: "Opportunity" })).toBeVisible();
  const read = async (record_type: string, id: string) =>
    (await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type, id })).row;
  const lead = await read("lead", id);
  expect(lead.status).toBe("converted");
  const deal = await read("opportunity", lead.opportunity_id as string);
  expect([deal.customer_id, deal.contact_id, deal.need]).toEqual([lead.customer_id, lead.contact_id, "Forty pumps"]);
  expect((await read("contact", lead.contact_id as string)).phones).toEqual(["+86 138 0013 8000"]);

  await page.locator(".toast-action").last().click();
  await expect(head.getByRole("button", { name: "Convert" })).toBeVisible();
  await expect.poll(async () => (await read("lead", id)).customer_id ?? null).toBeNull();
});

test("a lead of a company that is a customer already goes to that one", async ({ page }) => {
  await signIn(page, "admin");
  const company = fresh("Known Ltd");
  const customer = await create(page, "customer", { name: company, kind: "company" });
  const id = await create(page, "lead", { name: fresh("Han Mei"), company });
  await page.goto(`/leads/${id}`);
  const dialog = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "Convert" }), dialog);
  await dialog.locator(".alike").getByRole("button", { name: company }).click();
  await dialog.getByRole("checkbox", { name: /Opportunity/ }).uncheck();
  await dialog.getByRole("button", { name: "Convert" }).click();
  await expect(dialog).toBeHidden();
  const { row } = await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type: "lead", id });
  expect([row.customer_id, row.opportunity_id ?? null]).toEqual([customer, null]);
});
