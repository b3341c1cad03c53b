// Writing in the service desk: quotations, undo, files that come back, notes that stay inside, and where the keys go on.
import type { Locator, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, expect, pick, press, signIn, test } from "./product.js";

// One red pixel.
const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

const area = (page: Page) => page.locator(".desk-composer .rich-area");
const composer = (page: Page) => page.locator(".desk-composer");
const tool = (page: Page, name: string) => page.locator(".desk-composer .rich-tools").getByRole("button", { name, exact: true });

// A ticket in a queue of its own, opened in it; the composer answers.
async function opened(page: Page, description = "<p>The gate does not open.</p>"): Promise<{ id: string; queue: string }> {
  await signIn(page, "admin");
  const queue = await create(page, "queue", { name: `Composer ${randomUUID().slice(0, 8)}`, routing: "manual", public: false });
  const id = await create(page, "ticket", {
    subject: "Gate", queue_id: queue, kind: "request", requester_name: "Wang Fang", requester_email: "wang@example.test", description,
  });
  await open(page, queue, id);
  return { id, queue };
}

async function open(page: Page, queue: string, id: string) {
  await page.goto(`/desk?view=queue-${queue}&ticket=${id}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  // Once: a press that does nothing sends a note to the customer.
  await composer(page).getByRole("radio", { name: "Note" }).click();
  await expect(composer(page)).toHaveAttribute("data-note", "");
  await composer(page).getByRole("radio", { name: "Reply" }).click();
  await expect(composer(page)).not.toHaveAttribute("data-note", "");
}

const note = (page: Page, ticket_id: string, content: string) =>
  create(page, "ticket_message", { ticket_id, kind: "note", author_name: "Lin", content });

const act = (message: Locator, page: Page, name: string) =>
  pick(message.getByRole("button", { name: "More" }), page.getByRole("menuitem", { name }));

async function pasteInto(text: Locator) {
  await text.evaluate((text, png) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], "shot.png", { type: "image/png" }));
    text.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, PIXEL);
}

test("a quotation stands by itself, whatever was written before, and one goes on below it", async ({ page }) => {
  await opened(page, "<p>The gate does not open.</p><p>Since Monday.</p>");
  await area(page).click();
  await page.keyboard.type("Hello Wang Fang,");
  await act(page.locator(".message").first(), page, "Quote");
  await expect(area(page).locator("blockquote")).toHaveText("The gate does not open.Since Monday.");
  await page.keyboard.type("We come today.");
  await expect(area(page).locator("blockquote")).toHaveText("The gate does not open.Since Monday.");
  expect((await area(page).innerText()).trim()).toMatch(/^Hello Wang Fang,\s+The gate does not open\.\s+Since Monday\.\s+We come today\.$/);
});

test("a quotation that is taken away leaves its lines in their order and no styles", async ({ page }) => {
  await opened(page, "<p>One</p><p>Two</p><p>Three</p>");
  await act(page.locator(".message").first(), page, "Quote");
  await area(page).locator("blockquote p").nth(1).click();
  await tool(page, "Quotation").click();
  await expect(area(page).locator("blockquote")).toHaveCount(0);
  expect((await area(page).locator("p").allInnerTexts()).map((line) => line.trim())).toEqual(["One", "Two", "Three", ""]);
  expect(await area(page).innerHTML()).not.toMatch(/style=|<font|<span/);
  await page.keyboard.type("!");
  await expect(area(page).locator("p").nth(1)).toContainText("!");
});

test("undo takes back what was written here and nothing else on the page", async ({ page }) => {
  await opened(page);
  const search = page.locator(".desk-list-bar input[type=search]");
  await search.fill("gate");
  await expect(tool(page, "Undo")).toBeDisabled();
  await area(page).click();
  await page.keyboard.insertText("Too much");
  await tool(page, "Undo").click();
  await expect(area(page)).toHaveText("");
  await expect(tool(page, "Undo")).toBeDisabled();
  await expect(search).toHaveValue("gate");
  await page.keyboard.press("Control+Shift+Z");
  await expect(area(page)).toHaveText("Too much");
  await page.keyboard.press("Control+Z");
  await expect(area(page)).toHaveText("");
});

test("the caret stays where something is undone, also when the browser's own undo is called", async ({ page }) => {
  await opened(page);
  await area(page).click();
  await page.keyboard.insertText("The gate opens");
  // What comes behind an undo is a step of its own.
  await page.keyboard.press("Control+Z");
  await page.keyboard.press("Control+Shift+Z");
  await page.keyboard.press("Home");
  await page.keyboard.insertText("X");
  await expect(area(page)).toHaveText("XThe gate opens");
  await area(page).evaluate((area) => {
    const init = { inputType: "historyUndo", bubbles: true, cancelable: true };
    area.dispatchEvent(new InputEvent("beforeinput", init));
  });
  await expect(area(page)).toHaveText("The gate opens");
  await page.keyboard.insertText("Y");
  await expect(area(page)).toHaveText("YThe gate opens");
});

test("the tab is called as the ticket that is open", async ({ page }) => {
  const { id, queue } = await opened(page);
  await expect(page).toHaveTitle(/^T\d+ Gate · Guanxi$/);
  await page.goto(`/desk?view=queue-${queue}`);
  await expect(page).toHaveTitle("Tickets · Guanxi");
  const served = await page.request.get(`/tickets/${id}`, { headers: { "accept-language": "en" } });
  expect(await served.text()).toMatch(/<title>T\d+ Gate · Guanxi<\/title>/);
  await page.goto(`/tickets/${id}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await call(page, "apply", { command: { record_type: "ticket", changes: [{ do: "update", id, values: { subject: "Second gate" } }] } });
  await expect(page).toHaveTitle(/^T\d+ Second gate · Guanxi$/);
});

test("notes are quoted in notes", async ({ page }) => {
  const { id, queue } = await opened(page);
  await note(page, id, "<p>They never pay</p>");
  await open(page, queue, id);
  const inside = page.locator(".message[data-kind=note]");
  await act(inside, page, "Quote");
  await expect(area(page).locator("blockquote")).toHaveText("They never pay");
  await expect(composer(page)).toHaveAttribute("data-note", "");
  // For customers it is to be looked through first.
  const warning = composer(page).getByText("begun as an internal note");
  await expect(warning).toHaveCount(0);
  await composer(page).getByRole("radio", { name: "Reply" }).click();
  await expect(warning).toBeVisible();
  await tool(page, "Undo").click();
  await expect(area(page)).toHaveText("");
  await expect(warning).toHaveCount(0);
  await area(page).click();
  await page.keyboard.type("Dear customer");
  await act(inside, page, "Quote");
  await expect(page.locator(".toast").last()).toContainText("Notes are for colleagues");
  await expect(area(page)).toHaveText("Dear customer");
});

test("a note that becomes a ticket stays a note, and its words no subject", async ({ page }) => {
  const { id, queue } = await opened(page);
  await note(page, id, "<p>They never pay</p>");
  await open(page, queue, id);
  await act(page.locator(".message[data-kind=note]"), page, "Make a new ticket of it");
  await expect(page.locator(`.ticket[data-id="${id}"]`)).toHaveCount(0);
  await expect(page.locator(".ticket h1")).toHaveText("Gate");
  await expect(page.locator(".message[data-kind=note]")).toContainText("They never pay");
  await expect(page.locator(".message[data-kind=inbound]")).toHaveCount(0);
  // Taken back, one is again where one was.
  await page.locator(".toast", { hasText: "New ticket made" }).locator(".toast-action").click();
  await expect(page.locator(`.ticket[data-id="${id}"]`)).toBeVisible();
});

test("the tool for templates offers them without typing anything", async ({ page }) => {
  const { queue } = await opened(page);
  const word = randomUUID().slice(0, 8);
  await create(page, "reply_template", {
    name: `Macro ${word}`, shortcut: word, audience: "everyone", queue_ids: [queue], content: "<p>Turn the key twice.</p>",
  });
  const offered = page.locator(".desk-suggest [role=option]");
  await area(page).click();
  await page.keyboard.type("Hello");
  await tool(page, "Reply templates").click();
  await expect(offered.first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator(".desk-suggest")).toBeHidden();
  await expect(area(page)).toHaveText("Hello");
  await tool(page, "Reply templates").click();
  await page.keyboard.type(word);
  await expect(offered).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(area(page)).toContainText("Turn the key twice.");
  await expect(area(page)).not.toContainText(word);
});

test("files of an answer that is taken back come back with it, and are not listed as sent", async ({ page }) => {
  await opened(page);
  await page.getByRole("button", { name: "Attach files" }).click();
  const report = { name: "report.txt", mimeType: "text/plain", buffer: Buffer.from("all is well") };
  await page.locator(".desk-composer input[type=file]").setInputFiles(report);
  await expect(page.locator(".desk-staged")).toContainText("report.txt");
  await expect(page.locator(".ticket-side .file")).toHaveCount(0);
  await area(page).click();
  await page.keyboard.type("See here");
  await page.keyboard.press("Control+Enter");
  await expect(page.locator(".message[data-kind=reply] .file")).toContainText("report.txt");
  await expect(page.locator(".ticket-side .file")).toContainText("report.txt");
  await page.locator(".toast-action").last().click();
  await expect(area(page)).toContainText("See here");
  await expect(page.locator(".desk-staged")).toContainText("report.txt");
  await expect(page.locator(".ticket-side .file")).toHaveCount(0);
});

test("the paperclip asks for files at the first press, and at the next", async ({ page }) => {
  await opened(page);
  for (const name of ["first.txt", "second.txt"]) {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), tool(page, "Attach files").click()]);
    await chooser.setFiles({ name, mimeType: "text/plain", buffer: Buffer.from(name) });
    await expect(page.locator(".desk-staged")).toContainText(name);
  }
});

test("the keys go on in the list when the ticket they were at is put off", async ({ page }) => {
  const { id, queue } = await opened(page);
  const next = await create(page, "ticket", { subject: "Next", queue_id: queue, kind: "request" });
  const row = (id: string) => page.locator(`.ticket-row[data-id="${id}"] .ticket-subject`);
  await expect(row(next)).toBeVisible();
  await row(id).focus();
  await page.keyboard.press("z");
  await expect(page.locator("dialog[open] .desk-choices button").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(row(id)).toHaveCount(0);
  await expect(row(next)).toBeFocused();
  await page.locator(".toast-action").last().focus();
  await page.keyboard.press("Enter");
  await expect(row(id)).toBeVisible();
  await expect(page.locator("body")).not.toBeFocused();
});

test("articles are chosen by the keys", async ({ page }) => {
  const title = `Gate ${randomUUID().slice(0, 8)}`;
  await opened(page);
  await create(page, "article", { title, locale: "en", visibility: "internal", content: "<p>Turn the key twice.</p>" });
  await tool(page, "Insert an article").click();
  await page.keyboard.type(title);
  await expect(page.locator(".desk-article")).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await expect(page.locator(".desk-article .button").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(area(page)).toContainText("Turn the key twice.");
  // A link stands apart from the word before it.
  const read = `Lock ${randomUUID().slice(0, 8)}`;
  await create(page, "article", { title: read, locale: "en", visibility: "public", content: "<p>Oil it.</p>" });
  await expect(area(page)).toBeFocused();
  await page.keyboard.type(" See");
  await tool(page, "Insert an article").click();
  await page.keyboard.type(read);
  await expect(page.locator(".desk-article")).toHaveCount(1);
  await page.locator(".desk-article").getByRole("button", { name: "Link" }).click();
  await expect(area(page)).toContainText(`See ${read}`);
});

test("a picture that is pasted into an article stands in it", async ({ page }) => {
  await signIn(page, "admin");
  const title = `Picture ${randomUUID().slice(0, 8)}`;
  const id = await create(page, "article", { title, locale: "en", visibility: "internal", content: "<p>Look:</p>" });
  await page.goto(`/articles/${id}`);
  const field = page.locator(".fact[data-field=content]");
  await expect(async () => {
    if (!(await field.locator(".rich-area").isVisible())) await field.locator(".fact-edit, .fact-pencil").click({ timeout: 1_000 });
    await expect(field.locator(".rich-area")).toBeVisible({ timeout: 500 });
  }).toPass();
  await pasteInto(field.locator(".rich-area"));
  await expect(field.locator(".rich-area img")).toHaveCount(1);
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => field.locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1);
  await page.reload();
  await expect(field.locator("img")).toHaveCount(1);
});

test("on a phone one press chooses for whom one writes, whether the composer rests or is written in @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  const { queue, id } = await opened(page);
  const kind = (name: string) => composer(page).getByRole("radio", { name });
  const foot = page.locator(".desk-composer-foot");
  await page.goto(`/desk?view=queue-${queue}&ticket=${id}`);
  await expect(page.locator("html[data-ready]")).toHaveCount(1);
  await expect(foot).toBeHidden();
  for (const press of ["tap", "click"] as const) {
    await kind("Note")[press]();
    await expect(composer(page)).toHaveAttribute("data-note", "");
    await kind("Reply")[press]();
    await expect(composer(page)).not.toHaveAttribute("data-note", "");
  }
  await area(page).click();
  await expect(foot).toBeVisible();
  await kind("Note").click();
  await expect(composer(page)).toHaveAttribute("data-note", "");
  await page.keyboard.type("They never pay");
  await foot.locator(".button[data-kind=primary]").click();
  await expect(page.locator(".message[data-kind=note]")).toContainText("They never pay");
  await expect(page.locator(".message[data-kind=reply]")).toHaveCount(0);
});

test("on a phone what was sent is seen, and its tools are at hand @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  const { id, queue } = await opened(page);
  for (let n = 0; n < 6; n++) await note(page, id, `<p>${`Line ${n}<br>`.repeat(8)}</p>`);
  await open(page, queue, id);
  await area(page).click();
  for (const name of ["Attach files", "Reply templates"]) {
    await expect(page.locator(".rich-tools").getByRole("button", { name })).toBeInViewport({ ratio: 1 });
  }
  await page.locator(".ticket-scroll").evaluate((talk) => talk.scrollTo(0, 0));
  await page.keyboard.type("On our way");
  await page.locator(".desk-composer-foot .button[data-kind=primary]").click();
  await expect(page.locator(".message[data-kind=reply]")).toBeInViewport();
});

test("on a phone all ways to send stand beside each other, whole and large enough, in the longer language @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  const { id, queue } = await opened(page);
  for (const width of [390, 360]) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`/desk?view=queue-${queue}&ticket=${id}`);
    await expect(page.locator("html[data-ready]")).toHaveCount(1);
    for (const kind of ["note", "reply"]) {
      await composer(page).getByRole("radio").nth(kind === "note" ? 1 : 0).click();
      await area(page).click();
      await expect(composer(page).and(page.locator("[data-note]"))).toHaveCount(kind === "note" ? 1 : 0);
      const foot = page.locator(".desk-composer-foot");
      await expect(foot.locator(".button")).toHaveCount(3);
      const found = await foot.evaluate((foot) => {
        const buttons = [...foot.querySelectorAll<HTMLElement>(".button")];
        const boxes = buttons.map((button) => button.getBoundingClientRect());
        const wide = document.documentElement.clientWidth;
        return {
          sideways: document.documentElement.scrollWidth - wide,
          lines: new Set(boxes.map((box) => Math.round(box.top + box.bottom))).size,
          small: boxes.filter((box) => box.width < 43.5 || box.height < 43.5).length,
          outside: boxes.filter((box) => box.left < 0 || box.right > wide).length,
          cut: buttons.filter((button) => button.dataset.iconOnly === undefined && button.scrollWidth > button.clientWidth).length,
        };
      });
      expect(found, `${width} ${kind}`).toEqual({ sideways: 0, lines: 1, small: 0, outside: 0, cut: 0 });
    }
  }
});

test("on a phone what sends stays in sight below a long answer and files that were refused @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  const { id, queue } = await opened(page);
  const send = page.locator(".desk-composer-foot .button[data-kind=primary]");
  const programs = ["a", "b", "c", "d"].map((name) => ({ name: `${name}.exe`, mimeType: "application/octet-stream", buffer: Buffer.from("MZ") }));
  for (const [at, [width, height]] of ([[390, 844], [360, 640]] as const).entries()) {
    await page.setViewportSize({ width, height });
    await open(page, queue, id);
    await area(page).click();
    await page.keyboard.type(Array.from({ length: 24 }, (_, n) => `Line ${n}`).join("\n"));
    await tool(page, "Attach files").click();
    await page.locator(".desk-composer input[type=file]").setInputFiles(programs);
    const refused = page.locator(".desk-composer .upload-list > li:has(.field-error)");
    await expect(refused).toHaveCount(4);
    // For whom one writes, and all that was refused, can be read.
    await refused.last().scrollIntoViewIfNeeded();
    await expect(refused.last()).toBeInViewport();
    await expect(composer(page).getByRole("radio", { name: "Reply" })).toBeInViewport();
    await expect(send).toBeInViewport({ ratio: 1 });
    await send.click();
    await expect(page.locator(".message[data-kind=reply]")).toHaveCount(at + 1);
  }
});

test("where the keyboard of a phone lies over the page, what sends and what saves stands above it @phone", async ({ page, isMobile }) => {
  test.skip(!isMobile, "what the phone shows");
  // As an iPhone does: less of the page is seen, and it stays as high as it was.
  const seen = (height: number) =>
    page.evaluate((height) => {
      Object.defineProperty(visualViewport!, "height", { value: height, configurable: true });
      visualViewport!.dispatchEvent(new Event("resize"));
    }, height);
  const bottom = async (part: Locator) => {
    const box = (await part.boundingBox())!;
    return Math.round(box.y + box.height);
  };
  const [frame, tabs, send] = [page.locator(".frame"), page.locator(".bottom-tabs"), page.locator(".desk-composer-foot .button[data-kind=primary]")];
  await opened(page);
  await area(page).click();
  await page.keyboard.type("On our way");
  expect(await bottom(frame)).toBe(844);
  await seen(400);
  await expect.poll(() => bottom(send)).toBeLessThanOrEqual(400);
  await expect(send).toBeInViewport({ ratio: 1 });
  await expect(tabs).toBeHidden();
  await seen(844);
  await expect.poll(() => bottom(frame)).toBe(844);
  await expect(tabs).toBeVisible();

  await page.goto("/customers");
  const name = page.locator("#form-customer-name");
  await press(page.locator(".page-head button[data-kind=primary]"), name);
  await name.click();
  await seen(400);
  await expect.poll(() => bottom(page.locator("dialog[open] .dialog-foot"))).toBeLessThanOrEqual(400);
  await expect(page.locator("dialog[open] .dialog-head")).toBeInViewport({ ratio: 1 });
  await seen(844);
  await expect.poll(() => bottom(page.locator("dialog[open] .dialog-foot"))).toBe(844);
});

test("the article that an answer solves a ticket with is named by the ticket", async ({ page }) => {
  const title = `Sluice ${randomUUID().slice(0, 8)}`;
  await signIn(page, "admin");
  const article = await create(page, "article", { title, locale: "en", visibility: "public", content: "<p>Turn the key twice.</p>" });
  const id = await create(page, "ticket", { subject: title, kind: "request", requester_name: "Wang Fang", locale: "en" });
  await page.goto(`/tickets/${id}`);
  const help = page.locator(".helpful-article", { hasText: title });
  await expect(help.getByRole("button", { name: "Link" })).toBeVisible();
  await help.getByRole("button", { name: "Text" }).click();
  await expect(area(page)).toContainText("Turn the key twice.");
  await composer(page).getByRole("button", { name: "Send and solve" }).click();
  await expect(page.locator(".toast").last()).toContainText(title);
  const solved = async () =>
    (await call<{ row: { solved_by_id?: string } }>(page, "get_record", { record_type: "ticket", id })).row.solved_by_id;
  await expect.poll(solved).toBe(article);
});
