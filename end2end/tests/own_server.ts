// A server of a spec's own, with its embedded Postgres in a new folder: for what must not happen to the server that the
// other specs share.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "@playwright/test";

const target = resolve(import.meta.dirname, "../..", process.env.CARGO_TARGET_DIR ?? "target");
const binary = join(target, "debug/guanxi");

const ended = (server: ChildProcess) =>
  new Promise<void>((done) => (server.exitCode === null && !server.signalCode ? server.once("exit", () => done()) : done()));

export class OwnServer {
  readonly base: string;
  private readonly environment: NodeJS.ProcessEnv;
  private process?: ChildProcess;

  constructor(port: number, settings: NodeJS.ProcessEnv = {}) {
    // No DATABASE_URL, so Postgres is the server's own.
    const { DATABASE_URL: _, ...environment } = process.env;
    const data = mkdtempSync(join(tmpdir(), "guanxi-own-"));
    this.environment = { ...environment, ...settings, GUANXI_ADDR: `127.0.0.1:${port}`, GUANXI_DATA: data, GUANXI_LOG: "error" };
    this.base = `http://127.0.0.1:${port}`;
  }

  async start(...mode: string[]) {
    this.process = spawn(binary, ["serve", ...mode], { env: this.environment, stdio: ["ignore", "ignore", "inherit"] });
    const status = () => fetch(`${this.base}/readyz`).then((answer) => answer.status, () => 0);
    await expect.poll(status, { timeout: 60_000 }).toBe(200);
  }

  // Runs a command of the product on the same data.
  async run(...command: string[]) {
    await promisify(execFile)(binary, command, { env: this.environment });
  }

  kill() {
    this.process?.kill("SIGKILL");
  }

  async ended() {
    if (this.process) await ended(this.process);
  }

  async stop() {
    this.process?.kill("SIGTERM");
    await this.ended();
  }

  async remove() {
    await this.stop();
    rmSync(String(this.environment.GUANXI_DATA), { recursive: true, force: true });
  }

  // Calls a server function.
  async call(name: string, input: object, cookie = ""): Promise<Response> {
    const headers = { "content-type": "application/json", cookie };
    const answer = await fetch(`${this.base}/api/fn/${name}`, { method: "POST", headers, body: JSON.stringify(input) });
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  // Signs in and gives the cookies.
  async signIn(email = "admin@demo.guanxi.test", password = "guanxi-demo"): Promise<string> {
    return cookies(await this.call("sign_in", { email, password }));
  }

  // A GET of the REST API.
  get(path: string, cookie: string): Promise<Response> {
    return fetch(`${this.base}${path}`, { headers: { cookie } });
  }
}

export const cookies = (answer: Response) =>
  answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
