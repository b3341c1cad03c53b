// Real mail servers of a spec's own: Exim takes mail and delivers it, Dovecot hands it out by IMAP. Both run from a temporary
// folder, on ports of their own, as a user without rights; the system's services are left alone.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "@playwright/test";

// Servers refuse to run as root.
const asNobody = process.getuid?.() === 0;
const numbers = (flag: string) => execFileSync("id", [flag, ...(asNobody ? ["nobody"] : [])], { encoding: "utf8" }).trim();
const [user, group] = [numbers("-un"), numbers("-gn")];
const [uid, gid] = [numbers("-u"), numbers("-g")];

const dovecot = (folder: string, port: number) => `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = 1
mail_location = maildir:${folder}/mail/%u
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
`;

const exim = (folder: string, port: number) => `
primary_hostname = mx.test
domainlist local_domains = desk.test : customer.test
spool_directory = ${folder}/spool
log_file_path = ${folder}/exim-%slog
pid_file_path = ${folder}/exim.pid
exim_user = ${uid}
exim_group = ${gid}
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
tls_advertise_hosts =
deliver_drop_privilege
smtp_accept_max = 0
smtp_accept_queue_per_connection = 0
rfc1413_query_timeout = 0s
acl_smtp_rcpt = any
acl_smtp_data = any
keep_environment =
add_environment = PATH=/usr/bin
begin acl
any:
  accept
begin routers
here:
  driver = accept
  domains = +local_domains
  local_parts = support : li : mei
  local_part_suffix = +*
  local_part_suffix_optional
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = ${folder}/mail/$local_part_data@$domain_data
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
begin retry
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if eq{$auth3}{secret}}
  server_set_id = $auth2
`;

// Everybody's password is "secret"; support@desk.test, li@customer.test and mei@customer.test have mailboxes.
export class MailServers {
  private readonly folder = mkdtempSync(join(tmpdir(), "guanxi-mail-"));
  private readonly running: ChildProcess[] = [];

  constructor(readonly smtp: number, readonly imap: number) {}

  async start() {
    for (const name of ["mail", "spool", "run"]) mkdirSync(join(this.folder, name));
    writeFileSync(join(this.folder, "dovecot.conf"), dovecot(this.folder, this.imap));
    writeFileSync(join(this.folder, "exim.conf"), exim(this.folder, this.smtp));
    chmodSync(this.folder, 0o755);
    if (asNobody) execFileSync("chown", ["-R", `${uid}:${gid}`, this.folder]);
    this.run("/usr/sbin/dovecot", "-F", "-c", join(this.folder, "dovecot.conf"));
    this.run("/usr/sbin/exim4", "-C", join(this.folder, "exim.conf"), "-bdf", "-q2s");
    for (const port of [this.smtp, this.imap]) await expect.poll(() => answers(port), { timeout: 20_000 }).toBe(true);
  }

  async stop() {
    await Promise.all(
      this.running.map((server) => {
        const ended = new Promise<void>((done) => (server.exitCode === null ? server.once("exit", () => done()) : done()));
        server.kill("SIGTERM");
        return ended;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  // Hands letters over, one after the other on one connection, as a mail program does.
  async send(from: string, to: string, ...letters: string[]) {
    const talk = await Talk.open(this.smtp);
    await talk.say("EHLO customer.test", 250);
    for (const letter of letters) {
      await talk.say(`MAIL FROM:<${from}>`, 250);
      await talk.say(`RCPT TO:<${to}>`, 250);
      await talk.say("DATA", 354);
      const stuffed = letter.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..");
      await talk.say(`${stuffed}\r\n.`, 250);
    }
    await talk.say("QUIT", 221);
  }

  // What lies in a mailbox, as it arrived.
  inbox(address: string): string[] {
    return ["new", "cur"].flatMap((part) => {
      const folder = join(this.folder, "mail", address, part);
      return list(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    });
  }

  // Whether everything that was handed over has been delivered.
  delivered(): boolean {
    return !list(join(this.folder, "spool", "input")).some((name) => name.endsWith("-H"));
  }

  private run(program: string, ...args: string[]) {
    const drop = asNobody ? ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups"] : [];
    const [first = program, ...rest] = [...drop, program, ...args];
    this.running.push(spawn(first, rest, { cwd: this.folder, stdio: "ignore" }));
  }
}

const list = (folder: string) => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const answers = (port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true)).on("error", () => done(false));
    socket.on("connect", () => socket.end());
  });

// A conversation by SMTP.
class Talk {
  private heard = "";
  private listener?: () => void;

  private constructor(private readonly socket: ReturnType<typeof connect>) {
    socket.on("data", (data) => {
      this.heard += data.toString("utf8");
      this.listener?.();
    });
  }

  static async open(port: number): Promise<Talk> {
    const talk = new Talk(connect(port, "127.0.0.1"));
    await talk.expect(220);
    return talk;
  }

  async say(line: string, code: number) {
    this.socket.write(`${line}\r\n`);
    await this.expect(code);
  }

  private async expect(code: number) {
    const last = /^(\d{3}) .*\r\n/m;
    while (!last.test(this.heard)) await new Promise<void>((heard) => (this.listener = heard));
    const [, found] = this.heard.match(last)!;
    this.heard = "";
    if (Number(found) !== code) throw new Error(`the mail server said ${found}, not ${code}`);
  }
}
