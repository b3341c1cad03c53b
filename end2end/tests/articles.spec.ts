// Articles of the knowledge base as colleagues edit them: the way to what customers read, and what counts as a change.
import { randomUUID } from "node:crypto";
import { call, create, expect, press, signIn, test } from "./product.js";

test("an article leads to its public page, and a change of its readers leaves its text alone", async ({ page }) => {
  await signIn(page, "admin");
  const slug = `gate-${randomUUID().slice(0, 8)}`;
  // What is taken out of it leaves text without a paragraph.
  const content = "<font>Turn the key twice.</font>";
  const id = await create(page, "article", { title: `Gate ${slug}`, slug, locale: "en", visibility: "public", content });
  const stored = async () => (await call<{ row: { content: string } }>(page, "get_record", { record_type: "article", id })).row.content;
  expect(await stored()).toBe("Turn the key twice.");
  await page.goto(`/articles/${id}`);
  const open = page.getByRole("link", { name: "Open public page" });
  await expect(open).toHaveAttribute("href", `/portal/demo/articles/${slug}`);
  const form = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "Edit", exact: true }).first(), form);
  expect((await form.locator(".rich-area").boundingBox())!.height).toBeGreaterThan(200);
  await form.locator("#form-article-visibility").selectOption("internal");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await expect(open).toBeHidden();
  expect(await stored()).toBe("Turn the key twice.");
});
