// A mail server that delivers into this process: what the product mails can be read, and nothing leaves.
import { createServer, type Server, type Socket } from "node:net";

export class MailBox {
  private readonly mails: string[] = [];
  private server?: Server;

  async open(port: number) {
    this.server = createServer((socket) => this.talk(socket));
    await new Promise<void>((ready) => this.server!.listen(port, "127.0.0.1", ready));
  }

  close() {
    this.server?.close();
  }

  // The newest mail to an address that has a part, quoted-printable undone.
  find(to: string, part: string) {
    return this.mails.findLast((mail) => mail.includes(to) && mail.includes(part));
  }

  private talk(socket: Socket) {
    let mail: string | undefined;
    let rest = "";
    const say = (line: string) => socket.write(`${line}\r\n`);
    say("220 mailbox");
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      const lines = (rest + data.toString("utf8")).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (mail !== undefined && line === ".") {
          this.mails.push(readable(mail));
          mail = undefined;
          say("250 kept");
        } else if (mail !== undefined) mail += `${line}\n`;
        else if (/^DATA/i.test(line)) {
          mail = "";
          say("354 go on");
        } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
        else say("250 mailbox");
      }
    });
  }
}

// Each part as its own head says that it is written.
function readable(mail: string): string {
  const [head = "", ...body] = mail.split("\n\n");
  const text = body.join("\n\n");
  const boundary = /boundary="?([^"\n;]+)/i.exec(head)?.[1];
  if (boundary) return [head, ...text.split(`--${boundary}`).slice(1).map((part) => readable(part.trim()))].join("\n\n");
  const decoded = /base64/i.test(head)
    ? Buffer.from(text, "base64").toString("utf8")
    : Buffer.from(text.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8");
  return `${head}\n\n${decoded}`;
}
