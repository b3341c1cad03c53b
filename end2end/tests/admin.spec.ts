// Administration: inviting, teams, roles, stages, tags, the audit log; and who may not.
import type { Browser, Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { call, create, createAll, expect, pick, press, signIn, test } from "./product.js";

async function as(page: Page, who: string) {
  await signIn(page, who);
  // The account's own language would win over the browser's.
  await page.evaluate(async () => {
    const body = JSON.stringify({ values: { locale: "en" } });
    await fetch("/api/fn/update_profile", { method: "POST", headers: { "content-type": "application/json" }, body });
  });
}

const openDialog = (page: Page, button: string) =>
  press(page.getByRole("button", { name: button, exact: true }).first(), page.locator("dialog[open]"));

const save = (page: Page) => page.locator("dialog[open]").getByRole("button", { name: "Save" }).click();

test("an invited colleague joins with the link and can be deactivated", async ({ page, browser }) => {
  const name = `Guest ${randomUUID().slice(0, 6)}`;
  await as(page, "admin");
  await page.goto("/settings/users");
  await openDialog(page, "Invite");
  const email = `${randomUUID()}@guest.test`;
  await page.locator("#invite-email").fill(email);
  await page.locator("#invite-name").fill(name);
  await page.locator("dialog[open] .check-list input").first().check();
  await page.getByRole("button", { name: "Make invitation" }).click();
  const link = await page.locator(".copy-line input").inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.locator(".admin-row", { hasText: name })).toBeVisible();

  const guest = await join(browser, new URL(link).search);
  await page.goto("/settings/users");
  const row = page.locator(".admin-row", { hasText: name });
  const actions = row.getByRole("button", { name: "More actions" });
  await pick(actions, page.getByRole("menuitem", { name: "Reset password" }));
  const way = new URL(await page.locator("dialog[open] .copy-line input").inputValue());
  await page.locator("dialog[open]").getByRole("button", { name: "Done" }).click();
  await reset(guest, way, email);
  await pick(actions, page.getByRole("menuitem", { name: "Deactivate" }));
  await page.locator("dialog[open]").getByRole("button", { name: "Deactivate" }).click();
  await expect(row).toContainText("Deactivated");
  await guest.goto("/");
  await expect(guest).toHaveURL(/\/sign-in/);
});

test("what a colleague knows, how much they take on and that they are away is set where users are", async ({ page }) => {
  await as(page, "admin");
  const name = `Agent ${randomUUID().slice(0, 6)}`;
  const id = await create(page, "user", { name });
  await page.goto("/settings/users");
  const edit = () =>
    pick(page.locator(".admin-row", { hasText: name }).getByRole("button", { name: "More actions" }), page.getByRole("menuitem", { name: "Edit" }));
  await edit();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("#edit-skills").fill("billing");
  await page.keyboard.press("Enter");
  await dialog.locator("#edit-ticket_capacity").fill("7");
  await dialog.getByRole("checkbox", { name: "Away" }).check();
  await save(page);
  await expect(dialog).toHaveCount(0);
  const { row } = await call<{ row: Record<string, unknown> }>(page, "get_record", { record_type: "user", id });
  expect(row).toMatchObject({ skills: ["billing"], ticket_capacity: 7, away: true });
  await edit();
  await expect(dialog).toContainText("billing");
});

// Chooses a new password by the link, which ends the session, and signs in with it.
async function reset(guest: Page, way: URL, email: string) {
  await guest.goto(way.pathname + way.search);
  await guest.locator("#password").fill("another phrase for the guest");
  await guest.locator("button[type=submit]").click();
  await expect(guest.locator("#password")).toHaveCount(0);
  await guest.goto("/");
  await expect(guest).toHaveURL(/\/sign-in/);
  await call(guest, "sign_in", { email, password: "another phrase for the guest" });
  await guest.goto("/");
  await expect(guest.locator(".frame")).toBeVisible();
}

async function join(browser: Browser, search: string): Promise<Page> {
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(`/invitation${search}`);
  await guest.locator("#password").fill("a phrase for the guest");
  await guest.locator("button[type=submit]").click();
  await expect(guest.locator(".frame")).toBeVisible();
  return guest;
}

test("a tag is added, found in the audit log, and undone", async ({ page }) => {
  const name = `tag-${randomUUID().slice(0, 6)}`;
  await as(page, "admin");
  await page.goto("/settings/tags");
  await openDialog(page, "New tag");
  await page.locator("#edit-name").fill(name);
  await save(page);
  const row = page.locator(".admin-row", { hasText: name });
  await expect(row).toBeVisible();
  await page.goto("/settings/audit");
  await expect(page.locator(".audit-entry", { hasText: name }).first()).toContainText("Created");
});

test("what became of a user-defined field is told on the record and in the audit log", async ({ page }) => {
  const label = `Region ${randomUUID().slice(0, 6)}`;
  const key = `region_${randomUUID().slice(0, 6)}`;
  await as(page, "admin");
  const other = `${key}_too`;
  await createAll(page, "custom_field", [key, other].map((key) => ({ record_type: "lead", key, label: key === other ? `${label} too` : label, kind: "text" })));
  const id = await create(page, "lead", { name: label, custom: { [key]: "Far east", [other]: "Stays" } });
  const values = { custom: { [key]: "Wild west" } };
  await call(page, "apply", { command: { record_type: "lead", changes: [{ do: "update", id, values }], all_or_nothing: true } });
  await page.goto(`/leads/${id}`);
  const told = page.locator(".timeline-item", { hasText: "Wild west" });
  await expect(told).toContainText(label);
  await expect(told).toContainText("Far east");
  // Put back from there, without its neighbours.
  await pick(told.locator("button[aria-haspopup=menu]"), page.getByRole("menuitem", { name: "Put back", exact: false }));
  const custom = async () =>
    (await call<{ row: { custom: Record<string, string> } }>(page, "get_record", { record_type: "lead", id })).row.custom;
  await expect.poll(custom).toEqual({ [key]: "Far east", [other]: "Stays" });
  await page.goto("/settings/audit");
  await page.getByRole("combobox", { name: "Record type" }).selectOption("lead");
  await page.getByRole("combobox", { name: "Field" }).selectOption(label);
  const entry = page.locator(".audit-entry", { hasText: label });
  await expect(entry).toHaveCount(3);
  await expect(entry.nth(1).locator("dl")).toHaveText(new RegExp(`${label}\\s*Far east → Wild west`));
});

test("a very long text does not keep the audit log from being read", async ({ page }) => {
  const subject = `Long ${randomUUID().slice(0, 6)}`;
  await as(page, "admin");
  await create(page, "ticket", { subject, kind: "request", description: `<p>${"word ".repeat(15_000)}</p>` });
  await page.goto("/settings/audit");
  await page.getByRole("combobox", { name: "Record type" }).selectOption("ticket");
  const entry = page.locator(".audit-entry", { hasText: subject });
  await expect(entry.filter({ hasText: "word…" }).or(entry.filter({ hasText: "word …" }))).not.toHaveCount(0);
  await page.getByRole("combobox", { name: "Record type" }).selectOption("tag");
  await expect(entry).toHaveCount(0);
});

test("teams stand below each other", async ({ page }) => {
  const name = `Team ${randomUUID().slice(0, 6)}`;
  await as(page, "admin");
  await page.goto("/settings/teams");
  await openDialog(page, "New team");
  await page.locator("#edit-name").fill(name);
  await save(page);
  const row = page.locator(".tree-row", { hasText: name });
  await expect(row).toBeVisible();
  await pick(row.getByRole("button", { name: "More actions" }), page.getByRole("menuitem", { name: "Add a team below" }));
  await page.locator("#edit-name").fill(`${name} B`);
  await save(page);
  await expect(page.locator(".tree-row", { hasText: `${name} B` })).toHaveAttribute("style", /--depth:\s*1/);
});

test("a mailbox that is put into another queue names that one at once", async ({ page }) => {
  await as(page, "admin");
  const mark = randomUUID().slice(0, 8);
  const queue = (name: string) => create(page, "queue", { name: `${name} ${mark}`, other_name: `${name} ${mark}`, routing: "manual", public: false });
  const [first, second] = [await queue("First"), await queue("Second")];
  const place = { imap_host: "imap.invalid", smtp_host: "smtp.invalid", active: false };
  await create(page, "mailbox", { address: `${mark}@desk.test`, queue_id: first, ...place });
  await page.goto("/settings/mailboxes");
  const row = page.locator(".admin-row", { hasText: `${mark}@desk.test` });
  await expect(row).toContainText(`First ${mark}`);
  await pick(row.getByRole("button", { name: "More actions" }), page.getByRole("menuitem", { name: "Edit" }));
  await page.locator("dialog[open] #edit-queue_id").selectOption(second);
  await save(page);
  await expect(row).toContainText(`Second ${mark}`);
});

test("a right is changed in the matrix and taken back by undo", async ({ page }) => {
  await as(page, "admin");
  await page.goto("/settings/roles");
  await openDialog(page, "New role");
  const name = `Role ${randomUUID().slice(0, 6)}`;
  await page.locator("#edit-name").fill(name);
  await save(page);
  await page.locator(".admin-row", { hasText: name }).getByRole("link", { name: "Rights" }).click();
  const level = page.getByRole("combobox", { name: "View Customers" });
  await level.selectOption("team");
  await expect(page.locator(".toast").last()).toContainText("Saved");
  await page.reload();
  await expect(level).toHaveValue("team");
});

test("what one may no longer read goes from every page that shows it", async ({ page, browser }) => {
  const name = `Taken ${randomUUID().slice(0, 8)}`;
  await as(page, "admin");
  const types = ["customer", "opportunity", "pipeline", "queue", "stage", "task", "ticket"];
  const grants = (read: string) => ({ types: Object.fromEntries(types.map((type) => [type, { read }])) });
  const role = await create(page, "role", { name, grants: grants("all") });
  const pipeline_id = await create(page, "pipeline", { name, currency: "USD" });
  const stage_id = await create(page, "stage", { pipeline_id, name: "First", position: 1, probability: 10 });
  await create(page, "opportunity", { name, stage_id, rank: "bottom" });
  await create(page, "customer", { name });
  await create(page, "ticket", { subject: name, kind: "request" });
  await create(page, "task", { subject: name, due_at: "2031-05-14T06:30:00Z" });
  const invitation = { email: `${randomUUID()}@guest.test`, name: "Guest", role_ids: [role], team_id: null };
  const link = await call<string>(page, "invite", { invitation });
  const guest = await join(browser, new URL(link).search);
  const words = `q=${encodeURIComponent(name)}`;
  const addresses = [
    `/tickets?${words}`, `/customers?${words}`, `/desk?view=open&${words}`, `/pipeline?pipeline=${pipeline_id}`,
    `/tasks?${words}&as=month&by=due_at&at=2031-05-14`, "/desk/reports",
  ];
  const tabs: Page[] = [];
  for (const address of addresses) {
    const tab = await guest.context().newPage();
    await tab.goto(address);
    const shown = address.startsWith("/desk/") ? tab.locator(".report .figure") : tab.locator("main").getByText(name);
    await expect(shown.first(), address).toBeVisible();
    tabs.push(tab);
  }
  const desk = tabs[2]!;
  await expect(desk.locator(".desk-views .count")).not.toHaveCount(0);
  const change = { do: "update", id: role, values: { grants: grants("none") } };
  await call(page, "apply", { command: { record_type: "role", changes: [change], all_or_nothing: true } });
  for (const [at, tab] of tabs.entries()) {
    await expect(tab.locator("main .state[data-kind=denied]"), addresses[at]).toBeVisible();
    await expect(tab.locator("main").getByText(name), addresses[at]).toHaveCount(0);
    await expect(tab.locator(".page-head .num, .desk-list-head .num").filter({ hasText: /\d/ }), addresses[at]).toHaveCount(0);
  }
  await expect(desk.locator(".desk-views .count")).toHaveCount(0);
});

test("stages are put in another order", async ({ page }) => {
  await as(page, "admin");
  // A pipeline of its own: other tests work with the demo's.
  const name = `Order ${randomUUID().slice(0, 6)}`;
  const id = await create(page, "pipeline", { name, currency: "USD" });
  const stage = (name: string, at: number) => ({ pipeline_id: id, name, position: 10 * (at + 1), probability: 10 });
  await createAll(page, "stage", ["First", "Second", "Third"].map(stage));
  await page.goto("/settings/pipelines");
  await openDialog(page, "New pipeline");
  await page.keyboard.press("Escape");
  await expect(page.locator("dialog[open]")).toHaveCount(0);
  const own = page.locator(".admin-section", { hasText: name });
  const names = () => own.locator(".stage-row > b").allInnerTexts();
  await expect.poll(names).toEqual(["First", "Second", "Third"]);
  await own.locator(".stage-row").first().getByRole("button", { name: /down$/ }).click();
  await expect.poll(names).toEqual(["Second", "First", "Third"]);
  await page.locator(".toast").last().getByRole("button", { name: "Undo" }).click();
  await expect.poll(names).toEqual(["First", "Second", "Third"]);
});

test("an API token is shown once", async ({ page }) => {
  await as(page, "agent");
  await page.goto("/settings/tokens");
  await openDialog(page, "New token");
  await page.locator("#token-name").fill("Report");
  await page.locator("dialog[open]").getByRole("button", { name: "New token" }).click();
  await expect(page.locator(".copy-line input")).toHaveValue(/^gx_/);
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.locator(".admin-row", { hasText: "Report" }).first()).toBeVisible();
});

test("administration is closed to others, on the page and behind it @phone", async ({ page }) => {
  await as(page, "rep");
  await page.goto("/settings/users");
  await expect(page.locator(".state[data-kind=denied]")).toBeVisible();
  for (const name of ["audit", "sign_ins", "invitations"]) {
    const status = await page.evaluate(async (name) => {
      const body = JSON.stringify({ query: {}, before: null });
      const answer = await fetch(`/api/fn/${name}`, { method: "POST", headers: { "content-type": "application/json" }, body });
      return answer.status;
    }, name);
    expect(status, name).toBe(403);
  }
});

test("one's own profile can be changed, but not one's rights", async ({ page }) => {
  await as(page, "agent2");
  const change = (values: object) => page.evaluate(async (values) => {
    const body = JSON.stringify({ values });
    const answer = await fetch("/api/fn/update_profile", { method: "POST", headers: { "content-type": "application/json" }, body });
    return answer.status;
  }, values);
  expect(await change({ phone: "+86 138 0000 0000" })).toBe(200);
  expect(await change({ role_ids: [] })).toBe(422);
  expect(await change({ email: "other@demo.guanxi.test" })).toBe(422);
  await page.goto("/settings/profile");
  await expect(page.locator("#profile-phone")).toHaveValue("+86 138 0000 0000");
});
