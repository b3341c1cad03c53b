// Mail through real servers: what is written to the desk's address becomes a ticket, the answer arrives threaded, what answers
// that lands in the same ticket, and a server that is killed while mail arrives neither loses a letter nor takes one in twice.
import { expect, test } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { MailServers } from "./mail_servers.js";
import { OwnServer } from "./own_server.js";

const DESK = "support@desk.test";
const LI = "li@customer.test";

interface Row {
  id: string;
  [field: string]: unknown;
}

// A product and mail servers, with a mailbox that is fetched.
class Desk {
  cookie = "";

  private constructor(readonly server: OwnServer, readonly mail: MailServers) {}

  static async open(port: number, smtp: number, imap: number): Promise<Desk> {
    const desk = new Desk(new OwnServer(port), new MailServers(smtp, imap));
    await Promise.all([desk.server.start("--demo"), desk.mail.start()]);
    desk.cookie = await desk.server.signIn();
    const queue_id = await desk.create("queue", { name: "By mail", routing: "manual", acknowledge: false });
    const place = { imap_host: "127.0.0.1", imap_port: imap, imap_security: "none", smtp_host: "127.0.0.1", smtp_port: smtp, smtp_security: "none" };
    const id = await desk.create("mailbox", { address: DESK, sender: "Demo Support", queue_id, ...place });
    const untold = await desk.ask<{ incoming: string; outgoing: string }>("try_mailbox", { id });
    expect(untold).toEqual({ incoming: "no_password", outgoing: "no_password" });
    await desk.ask("set_mailbox_password", { id, password: "wrong" });
    expect((await desk.ask<{ incoming: string }>("try_mailbox", { id })).incoming).toContain("sign_in");
    await desk.ask("set_mailbox_password", { id, password: "secret" });
    expect(await desk.ask("try_mailbox", { id })).toEqual({ incoming: null, outgoing: null });
    return desk;
  }

  async close() {
    await this.server.remove();
    await this.mail.stop();
  }

  async ask<T>(name: string, input: object): Promise<T> {
    return (await (await this.server.call(name, input, this.cookie)).json()) as T;
  }

  async create(record_type: string, values: object): Promise<string> {
    const id = randomUUID();
    const command = { record_type, changes: [{ do: "create", id, values }], all_or_nothing: true };
    const outcome = await this.ask<{ refused: unknown[] }>("apply", { command });
    expect(outcome.refused).toEqual([]);
    return id;
  }

  // The tickets whose subject begins so.
  async tickets(subject: string): Promise<Row[]> {
    const found: Row[] = [];
    for (let cursor: string | null = null; ; ) {
      const query = new URLSearchParams({ limit: "200", ...(cursor ? { cursor } : {}) });
      const answer = await this.server.get(`/api/v1/tickets?${query}`, this.cookie);
      const page = (await answer.json()) as { items: Row[]; next: string | null };
      found.push(...page.items.filter((row) => String(row["subject"]).startsWith(subject)));
      cursor = page.next;
      if (!cursor) return found;
    }
  }

  async messages(ticket_id: string): Promise<Record<string, unknown>[]> {
    const { messages } = await this.ask<{ messages: { values: Record<string, unknown> }[] }>("conversation", { ticket_id, before: null });
    return messages.map((row) => ({ ...row, ...row.values }));
  }
}

const letter = (id: string, subject: string, text: string, fields = "") =>
  `From: Li Lei <${LI}>\nTo: ${DESK}\nMessage-ID: <${id}>\nSubject: ${subject}\nDate: ${new Date().toUTCString()}\n${fields}` +
  `MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n${text}\n`;

// A field of a letter, unfolded.
const field = (mail: string, name: string) =>
  mail.split(/\r?\n\r?\n/)[0]!.replace(/\r?\n[ \t]+/g, " ").match(new RegExp(`^${name}: (.*)$`, "im"))?.[1]?.trim();

test("a mail becomes a ticket, its answer arrives threaded, and what answers that lands in the same ticket", async ({ page }) => {
  test.setTimeout(180_000);
  const desk = await Desk.open(3194, 3525, 3543);
  try {
    const subject = `Printer ${randomUUID().slice(0, 8)}`;
    const began = performance.now();
    await desk.mail.send(LI, DESK, letter("first@customer.test", subject, "It is silent."));
    await expect.poll(async () => (await desk.tickets(subject)).length, { timeout: 20_000 }).toBe(1);
    console.log(`a ticket after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const [ticket] = await desk.tickets(subject);
    expect(ticket).toMatchObject({ channel: "email", requester_email: LI, requester_name: "Li Lei" });

    const reply = { ticket_id: ticket!.id, message_id: randomUUID(), content: "<p>Have you tried <b>paper</b>?</p>", note: false, seen: null, anyway: true };
    await desk.ask("send_reply", { reply });
    const arrived = () => desk.mail.inbox(LI).find((mail) => field(mail, "In-Reply-To") === "<first@customer.test>");
    await expect.poll(arrived, { timeout: 30_000 }).toBeTruthy();
    const mail = arrived()!;
    expect(field(mail, "References")).toBe("<first@customer.test>");
    expect(field(mail, "Subject")).toContain(subject);
    expect(field(mail, "From")).toContain(DESK);
    expect(mail).toContain("paper");
    await expect.poll(async () => (await desk.messages(ticket!.id)).map((one) => one["delivery"] ?? null)).toEqual([null, "sent"]);

    const id = field(mail, "Message-ID")!;
    const answer = letter("second@customer.test", `Re: ${subject}`, "Paper helps.\n\n> Have you tried paper?", `In-Reply-To: ${id}\nReferences: <first@customer.test> ${id}\n`);
    await desk.mail.send(LI, DESK, answer);
    await expect.poll(async () => (await desk.messages(ticket!.id)).length, { timeout: 20_000 }).toBe(3);
    // Without references, by the signed address alone.
    const address = field(mail, "Reply-To")!.match(/<?([^<>\s]+@[^<>\s]+)>?$/)![1]!;
    await desk.mail.send(LI, address, letter("third@customer.test", "One more thing", "Thanks!").replace(`To: ${DESK}`, `To: ${address}`));
    await expect.poll(async () => (await desk.messages(ticket!.id)).length, { timeout: 20_000 }).toBe(4);
    expect(await desk.tickets(subject)).toHaveLength(1);

    // An answer that nobody can be given comes back, and its sender is told.
    await desk.mail.send("gone@customer.test", DESK, letter("gone@customer.test", `${subject} gone`, "Hello?").replaceAll(LI, "gone@customer.test"));
    await expect.poll(async () => (await desk.tickets(`${subject} gone`)).length, { timeout: 20_000 }).toBe(1);
    const [gone] = await desk.tickets(`${subject} gone`);
    await desk.ask("send_reply", { reply: { ...reply, ticket_id: gone!.id, message_id: randomUUID() } });
    const states = async () => (await desk.messages(gone!.id)).map((one) => one["delivery"] ?? one["kind"]);
    await expect.poll(states, { timeout: 40_000 }).toEqual(["reply", "bounced", "note"]);
    expect(await desk.ask("letters_aside", {})).toEqual([]);

    // From the desk to itself would go in circles.
    const own = letter("loop@desk.test", `${subject} loop`, "Hello me").replace(`Li Lei <${LI}>`, `Support <${DESK}>`);
    await desk.mail.send(DESK, DESK, own);
    const aside = async () => await desk.ask<{ id: string; reason: string }[]>("letters_aside", {});
    await expect.poll(async () => (await aside()).map((one) => one.reason), { timeout: 20_000 }).toEqual(["loop"]);
    await desk.ask("discard_letter", { id: (await aside())[0]!.id });

    // What becomes no ticket is read where it lies, on a phone too.
    await desk.mail.send(LI, DESK, letter("away@customer.test", "Away", "Back <b>on Monday</b>", "Auto-Submitted: auto-replied\n"));
    await expect.poll(async () => (await desk.ask<unknown[]>("letters_aside", {})).length, { timeout: 20_000 }).toBe(1);
    const [name, value] = desk.cookie.split("; ").find((pair) => pair.startsWith("gx_session="))!.split("=");
    await page.context().addCookies([{ name: name!, value: value!, url: desk.server.base }]);
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${desk.server.base}/settings/mailboxes`);
    await page.locator("[data-aside]").getByRole("button", { name: /^(Read|查看)$/ }).click();
    const dialog = page.getByRole("dialog", { name: "Away" });
    await expect(dialog).toContainText("Back <b>on Monday</b>");
    await expect(dialog).toContainText(`Li Lei <${LI}>`);
    expect(await dialog.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);

    // A picture from elsewhere is fetched by the server, but not from within its own network; then the page says so.
    const html = `<p>See <img src="${desk.server.base}/favicon.svg"> here</p>`;
    await desk.mail.send(LI, DESK, letter("picture@customer.test", `${subject} picture`, html).replace("text/plain", "text/html"));
    await expect.poll(async () => (await desk.tickets(`${subject} picture`)).length, { timeout: 20_000 }).toBe(1);
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${desk.server.base}/tickets/${(await desk.tickets(`${subject} picture`))[0]!.id}`);
    const missing = page.getByText(/^(Picture could not be loaded|图片无法加载)$/).first();
    const load = page.getByRole("button", { name: /^(Load pictures|加载图片)$/ }).first();
    // As wide as what it says, not as the message.
    expect(await load.evaluate((button) => button.clientWidth * 2 < button.parentElement!.offsetWidth)).toBe(true);
    await expect(async () => {
      if (!(await missing.isVisible())) await load.click({ timeout: 1_000 });
      await expect(missing).toBeVisible({ timeout: 2_000 });
    }).toPass();
  } finally {
    await desk.close();
  }
});

test("kill -9 while 200 mails arrive makes no duplicate and loses none", async () => {
  test.setTimeout(300_000);
  const desk = await Desk.open(3193, 3526, 3544);
  try {
    const mark = `Crash ${randomUUID().slice(0, 8)}`;
    const letters = Array.from({ length: 200 }, (_, n) => letter(`${n}.${mark.slice(6)}@customer.test`, `${mark} ${n}`, `Number ${n}`));
    const arriving = Promise.all([0, 1, 2, 3].map((part) => desk.mail.send(LI, DESK, ...letters.slice(part * 50, part * 50 + 50))));
    const count = async () => (await desk.tickets(mark)).length;
    for (const enough of [20, 90]) {
      await expect.poll(count, { timeout: 90_000, intervals: [50] }).toBeGreaterThan(enough);
      desk.server.kill();
      await desk.server.ended();
      await desk.server.start("--demo");
      desk.cookie = await desk.server.signIn();
    }
    await arriving;
    await expect.poll(() => desk.mail.delivered(), { timeout: 60_000 }).toBe(true);
    await expect.poll(count, { timeout: 120_000 }).toBeGreaterThanOrEqual(200);
    // Whatever would come twice has come by then: the mailbox has been looked at again, and nothing waits.
    const settled = async () => {
      const [state] = await desk.ask<{ waiting: number; fetched_at: string }[]>("mailbox_states", {});
      return state!.waiting === 0 && Date.parse(state!.fetched_at) > Date.now() - 1_000;
    };
    await expect.poll(settled, { timeout: 90_000, intervals: [200] }).toBe(true);
    const subjects = (await desk.tickets(mark)).map((row) => String(row["subject"])).sort();
    expect(subjects).toEqual(letters.map((_, n) => `${mark} ${n}`).sort());
    expect(await desk.ask("letters_aside", {})).toEqual([]);
    expect(desk.mail.inbox(DESK)).toHaveLength(200);
  } finally {
    await desk.close();
  }
});
