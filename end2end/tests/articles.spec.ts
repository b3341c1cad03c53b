// Articles of the knowledge base as colleagues edit them: the way to what customers read, and what counts as a change.
import { randomUUID } from "node:crypto";
import { call, create, expect, pick, press, signIn, test } from "./product.js";

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

test("an old text comes back without taking the public page down @phone", async ({ page }) => {
  await signIn(page, "admin");
  const title = `Gate ${randomUUID().slice(0, 8)}`;
  const id = await create(page, "article", { title, locale: "en", visibility: "draft", content: "<p>Turn the key twice.</p>" });
  const values = { content: "<p>Turn the key once.</p>", visibility: "public" };
  await call(page, "apply", { command: { record_type: "article", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await page.goto(`/articles/${id}`);
  const begun = page.locator(".timeline-item", { hasText: `created ${title}` });
  await pick(begun.locator("button[aria-haspopup=menu]"), page.getByRole("menuitem", { name: "The record as it was" }));
  const dialog = page.locator("dialog[open]");
  const line = (text: string) => dialog.locator("tbody tr", { hasText: text });
  await expect(line("Turn the key").locator("td")).toHaveText(["Turn the key twice.", "Turn the key once."]);
  for (const value of await line("Turn the key").locator("td").all()) await expect(value).toBeVisible();
  await expect(line("Turn the key").getByRole("checkbox")).toBeChecked();
  await expect(line("Readers").getByRole("checkbox")).not.toBeChecked();
  await dialog.getByRole("button", { name: "Restore this state" }).click();
  const stored = async () => {
    const { row } = await call<{ row: { content: string; visibility: string } }>(page, "get_record", { record_type: "article", id });
    return [row.content, row.visibility];
  };
  await expect.poll(stored).toEqual(["<p>Turn the key twice.</p>", "public"]);
});

test("a new article is in the language of whoever writes it", async ({ page }) => {
  await signIn(page, "admin");
  await page.goto("/articles");
  const form = page.locator("dialog[open]");
  await press(page.getByRole("button", { name: "New article" }).first(), form);
  await expect(form.locator("#form-article-locale")).toHaveValue("en");
});
