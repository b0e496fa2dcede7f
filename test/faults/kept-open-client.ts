/** A client that keeps its session open and sends mail after mail over it, until the server goes away. */
import { connect, type Socket } from 'node:net';

import type { SubmittedMail } from './mails.ts';

export class KeptOpenClient {
  readonly #socket: Socket;
  #text = '';
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (text: string) => {
      this.#text += text;
      this.#wake();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  /** null where nobody answers. */
  static async open(port: number): Promise<KeptOpenClient | null> {
    const client = new KeptOpenClient(connect({ host: '127.0.0.1', port, noDelay: true }));
    const greeted =
      (await client.#reply()) !== null && (await client.#say('EHLO load.hospital.test')) !== null;
    if (greeted) return client;
    client.end();
    return null;
  }

  /** The reply to the final dot, or to the command that was refused; null where the server went away. */
  async send({ author, recipients, mail }: SubmittedMail): Promise<string | null> {
    const commands = [`MAIL FROM:<${author}>`, ...recipients.map((to) => `RCPT TO:<${to}>`), 'DATA'];
    for (const command of commands) {
      const reply = await this.#say(command);
      if (reply === null || !/^[23]/u.test(reply)) return reply;
    }
    // No line of these mails begins with a dot.
    this.#socket.write(`${mail}.\r\n`);
    return this.#reply();
  }

  end(): void {
    this.#socket.destroy();
  }

  async #say(command: string): Promise<string | null> {
    this.#socket.write(`${command}\r\n`);
    return this.#reply();
  }

  /** The last line of the next reply. */
  async #reply(): Promise<string | null> {
    for (;;) {
      const [whole, last] = /^(?:\d{3}-.*\r\n)*(\d{3} .*)\r\n/u.exec(this.#text) ?? [];
      if (whole !== undefined) {
        this.#text = this.#text.slice(whole.length);
        return last ?? null;
      }
      if (this.#closed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
