// Surveys: one in both languages, an answer that its browser changes, and recommendations in the desk's reports.
import type { Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, signIn, test } from "./product.js";

const fresh = (name: string) => `${name} ${randomUUID().slice(0, 8)}`;

// What is sent at once looks as if a program did: then the page says so, and takes it later.
async function send(visitor: Page) {
  await expect(async () => {
    const thanks = visitor.getByRole("heading", { name: "Thank you" });
    if (!(await thanks.isVisible())) await visitor.getByRole("button", { name: "Send" }).click({ timeout: 1_000 });
    await expect(thanks).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test("a survey speaks both languages, and a browser that answers again changes its answer @phone", async ({ page, browser }) => {
  await signIn(page, "admin");
  const questions = [{
    label: "哪个？", other_label: "Which one?", kind: "choice", choices: ["红色", "蓝色"], other_choices: ["Red", "Blue"],
  }, { label: "为什么？", other_label: "Why?", kind: "text" }];
  const id = await create(page, "survey", {
    name: fresh("Both"), kind: "nps", locale: "zh-CN", question: "您会推荐我们吗？", other_question: "Would you recommend us?",
    questions, active: true, public: true,
  });
  const guest = await browser.newContext({ locale: "en-US" });
  const visitor = await guest.newPage();
  await visitor.goto(new URL(`/portal/demo/s/${id}`, test.info().project.use.baseURL).href);
  await expect(visitor.locator("h1")).toHaveText("Would you recommend us?");
  await visitor.getByRole("link", { name: "简体中文" }).click();
  await expect(visitor.locator("h1")).toHaveText("您会推荐我们吗？");
  await expect(visitor.getByLabel("哪个？").locator("option").last()).toHaveText("蓝色");
  await visitor.getByRole("link", { name: "English" }).click();
  await visitor.getByRole("radio", { name: "9" }).check({ force: true });
  await visitor.getByLabel("Which one?").selectOption("Blue");
  await visitor.getByLabel("Why?").fill("Like the sea");
  await send(visitor);
  await visitor.getByRole("link", { name: "Change your answer" }).click();
  await expect(visitor.getByRole("radio", { name: "9" })).toBeChecked();
  await visitor.getByRole("radio", { name: "3" }).check({ force: true });
  await send(visitor);
  await guest.close();

  await page.goto(`/surveys/${id}`);
  const results = page.locator(".survey-results");
  await expect(results).toContainText("1 answer");
  await expect(results.locator(".survey-figure")).toContainText("−100");
  await expect(results.getByRole("heading", { name: "Which one?" })).toBeVisible();
  await expect(results.locator(".tally").last().locator("li", { hasText: "Blue" })).toContainText("1");
  await results.getByRole("link", { name: "Like the sea" }).click();
  const answers = page.locator(".survey-answers");
  await expect(answers.locator("dt")).toHaveText(["Which one?", "Why?"]);
  await expect(answers.locator("dd")).toHaveText(["Blue", "Like the sea"]);
});

test("all that apply and yes or no: asked in both languages, one ticked at least, results first on a phone @phone", async ({ page, browser, isMobile }) => {
  await signIn(page, "admin");
  const questions = [{
    label: "哪些？", other_label: "Which ones?", kind: "several", choices: ["红色", "蓝色", "绿色"], other_choices: ["Red", "Blue", "Green"], required: true,
  }, { label: "还会来吗？", other_label: "Would you come again?", kind: "yes_no" }];
  const id = await create(page, "survey", {
    name: fresh("Several"), kind: "custom", locale: "zh-CN", question: "怎么样？", other_question: "How was it?", questions, active: true, public: true,
  });
  const guest = await browser.newContext({ locale: "zh-CN" });
  const visitor = await guest.newPage();
  await visitor.goto(new URL(`/portal/demo/s/${id}`, test.info().project.use.baseURL).href);
  const group = visitor.getByRole("group", { name: "哪些？" });
  await expect(group.getByRole("checkbox")).toHaveCount(3);
  await visitor.getByRole("button", { name: "提交" }).click();
  await expect(group.locator(".field-error")).toHaveText("请填写此项。");
  await group.getByLabel("绿色").check();
  await expect(group.locator(".field-error")).toHaveCount(0);
  await visitor.getByRole("link", { name: "English" }).click();
  const english = visitor.getByRole("group", { name: "Which ones?" });
  await english.getByLabel("Red").check();
  await english.getByLabel("Green").check();
  await visitor.getByLabel("Would you come again?").selectOption({ label: "Yes" });
  await send(visitor);
  await visitor.getByRole("link", { name: "Change your answer" }).click();
  await expect(english.getByRole("checkbox", { checked: true })).toHaveCount(2);
  await guest.close();

  await page.goto(`/surveys/${id}`);
  const results = page.locator(".survey-results");
  const counted = (text: string) => results.locator(".tally li", { hasText: text }).locator(".num");
  for (const [text, n] of [["Red", "1"], ["Blue", "0"], ["Green", "1"], ["Yes", "1"], ["No", "0"]] as const) await expect(counted(text)).toHaveText(n);
  if (isMobile) {
    const [shown, facts] = await Promise.all([results, page.locator(".record-side")].map((part) => part.boundingBox()));
    expect(shown!.y + shown!.height).toBeLessThanOrEqual(facts!.y);
  }
});

test("what is chosen and written in a survey outlives a reload until it is sent @phone", async ({ page, browser }) => {
  await signIn(page, "admin");
  const questions = [
    { label: "Which ones?", kind: "several", choices: ["Red", "Blue"] },
    { label: "Would you come again?", kind: "yes_no" },
  ];
  const id = await create(page, "survey", {
    name: fresh("Kept"), kind: "nps", locale: "en", question: "Would you recommend us?", questions, active: true, public: true,
  });
  const guest = await browser.newContext({ locale: "en-US" });
  const visitor = await guest.newPage();
  const address = new URL(`/portal/demo/s/${id}`, test.info().project.use.baseURL).href;
  await visitor.goto(address);
  const score = (n: string) => visitor.getByRole("radio", { name: n });
  const box = (name: string) => visitor.getByRole("group", { name: "Which ones?" }).getByLabel(name);
  const again = visitor.getByLabel("Would you come again?");
  const comment = visitor.getByLabel("Anything you want to tell us");
  await score("9").check({ force: true });
  await box("Blue").check();
  await again.selectOption({ label: "Yes" });
  await comment.fill("As I typed it");
  await visitor.reload();
  await expect(score("9")).toBeChecked();
  await expect(box("Blue")).toBeChecked();
  await expect(box("Red")).not.toBeChecked();
  await expect(again.locator("option:checked")).toHaveText("Yes");
  await expect(comment).toHaveValue("As I typed it");
  await send(visitor);

  // So does what is to become of an answer that was sent; what was sent is no draft any more.
  await visitor.getByRole("link", { name: "Change your answer" }).click();
  await expect(score("9")).toBeChecked();
  // What keeps it is there.
  await visitor.waitForLoadState();
  await score("3").check({ force: true });
  await box("Blue").uncheck();
  await comment.fill("");
  await visitor.reload();
  await expect(score("3")).toBeChecked();
  await expect(visitor.getByRole("checkbox", { checked: true })).toHaveCount(0);
  await expect(comment).toHaveValue("");
  await visitor.goto(`${address}?score=7`);
  await expect(score("7")).toBeChecked();
  await visitor.goto(address);
  await send(visitor);
  await visitor.goto(address);
  await expect(score("3")).toBeChecked();
  expect(await visitor.evaluate(() => sessionStorage.length)).toBe(0);
  await guest.close();
});

test("recommendations are told by queue and open their answers", async ({ page }) => {
  await signIn(page, "admin");
  const queue = await create(page, "queue", { name: fresh("Recommended"), routing: "manual", public: false });
  const survey_id = await create(page, "survey", { name: fresh("Would"), kind: "nps", locale: "en", question: "Would you?" });
  const at = new Date(Date.now() - 3_600_000).toISOString();
  const asked = { queue_id: queue, kind: "request", received_at: at };
  const scores = [10, 9, 8, 2];
  const tickets = await createAll(page, "ticket", scores.map((score) => ({ subject: `Asked ${score}`, ...asked })));
  await createAll(page, "survey_response", tickets.map((ticket_id, n) => ({ survey_id, ticket_id, score: scores[n], answered_at: at })));
  const filter = JSON.stringify([{ field: { field: "queue_id", op: "eq", value: queue } }]);
  await page.goto(`/desk/reports?f=${encodeURIComponent(filter)}`);
  const nps = page.locator("[data-figure=nps]");
  await expect(nps.locator(".figure-value")).toHaveText("+25");
  await expect(nps.locator(".figure-note")).toHaveText("4 answers");
  const row = page.locator("[data-report=groups] tbody tr");
  await expect(row.locator("[data-column=nps_answers]")).toHaveText("4");
  await row.locator("[data-column=nps] a").click();
  await expect(page).toHaveURL(/\/survey_responses\?/);
  await expect(page.locator("tr[data-row]")).toHaveCount(4);
  // Nobody left a comment: answers are called by their scores.
  await expect(page.locator("tr[data-row] .cell-main a", { hasText: "2 of 10" })).toHaveCount(1);
  await page.goto(`/surveys/${survey_id}`);
  const listed = page.locator("[data-related=survey_responses] .related-item");
  for (const score of scores) await expect(listed.getByText(`${score} of 10`, { exact: true })).toHaveCount(1);
  await page.goto(`/tickets/${tickets[3]}`);
  await expect(page.locator(".ticket-opinions")).toContainText("2 of 10");
});

test("the history of a response tells what was answered in the reader's words", async ({ page }) => {
  await signIn(page, "admin");
  const name = fresh("Speed");
  const questions = [{
    key: "speed", label: "多快？", other_label: "How fast?", kind: "choice", choices: ["很快", "很慢"], other_choices: ["Very fast", "Very slow"],
  }];
  const survey_id = await create(page, "survey", { name, kind: "csat", locale: "zh-CN", question: "满意吗？", other_question: "Well?", questions });
  const id = await create(page, "survey_response", { survey_id, score: 5 });
  const values = { answers: { speed: "很快" } };
  await call(page, "apply", { command: { record_type: "survey_response", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await page.goto(`/survey_responses/${id}`);
  const told = page.locator(".timeline-item");
  await expect(told.first()).toContainText("How fast?");
  await expect(told.first()).toContainText("Very fast");
  await expect(told.last()).toContainText(`created ${name}`);
});
