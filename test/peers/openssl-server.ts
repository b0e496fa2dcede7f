/**
 * `openssl s_server` as a mail server: what is said before STARTTLS is ours, the handshake and everything in it is
 * OpenSSL's, with whatever certificate and options a test wants. What a client then says inside is read from what
 * s_server prints, and answered; a mail is taken like at any server.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { eventually } from '#test/support/eventually.ts';
import { freePort } from '#test/support/free-port.ts';

export interface OpensslServerOptions {
  /** Of s_server, besides what is below: `-tls1_1`, `-cipher`, `-nocert`. */
  readonly args?: readonly string[];
  /** PEM, of the server and what it sends behind it. */
  readonly chain?: readonly string[];
  /** PEM. */
  readonly key?: string;
  /** DER of the OCSP response that it staples. */
  readonly stapled?: Buffer;
}

export interface OpensslServer {
  readonly port: number;
  /** Commands that came in plaintext. */
  readonly plainCommands: readonly string[];
  /** Commands that came inside TLS. */
  readonly innerCommands: readonly string[];
  /** Everything that clients sent on the wire, in one. */
  readonly wire: Buffer;
  readonly connections: number;
  /** Lines that s_server has printed. */
  readonly printed: readonly string[];
  /** A line on its standard input, such as `R`: renegotiate. */
  tell(line: string): void;
  stop(): Promise<void>;
}

const START_ATTEMPTS = 4;
const COMMAND = /^(?:EHLO|HELO|MAIL|RCPT|DATA|RSET|NOOP|AUTH|QUIT|STARTTLS)\b.*$/u;

export async function startOpensslServer(options: OpensslServerOptions): Promise<OpensslServer> {
  const folder = await mkdtemp(join(tmpdir(), 'openssl-server-'));
  const args = await writeFiles(folder, options);
  for (let attempt = 1; ; attempt++) {
    const tlsPort = await freePort();
    const child = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${tlsPort}`, '-no_ign_eof', ...args], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const inner = new InnerDialog(child);
    if (await inner.becomesReady()) return await serve(child, inner, tlsPort, folder);
    if (attempt === START_ATTEMPTS) {
      await rm(folder, { recursive: true, force: true });
      throw new Error(`openssl s_server did not start:\n${inner.printed.join('\n')}`);
    }
  }
}

async function writeFiles(folder: string, options: OpensslServerOptions): Promise<string[]> {
  const args = [...(options.args ?? [])];
  if (options.chain !== undefined) {
    await writeFile(join(folder, 'server.pem'), options.chain[0] ?? '');
    await writeFile(join(folder, 'server.key'), options.key ?? '', { mode: 0o600 });
    args.push('-cert', 'server.pem', '-key', 'server.key');
    if (options.chain.length > 1) {
      await writeFile(join(folder, 'chain.pem'), options.chain.slice(1).join(''));
      args.push('-cert_chain', 'chain.pem');
    }
  }
  if (options.stapled !== undefined) {
    await writeFile(join(folder, 'status.der'), options.stapled);
    args.push('-status_file', 'status.der');
  }
  return args;
}

/** The part of the dialogue that s_server prints and is told. */
class InnerDialog {
  readonly commands: string[] = [];
  readonly printed: string[] = [];
  readonly #child: ChildProcess;
  #inContent = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on('error', () => {});
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line));
  }

  async becomesReady(): Promise<boolean> {
    return eventually('s_server listens', () => {
      if (this.#child.exitCode !== null) return 'ended' as const;
      return this.printed.includes('ACCEPT') && ('ready' as const);
    }).then((state) => state === 'ready');
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  #read(line: string): void {
    this.printed.push(line);
    const text = line.replace(/\r$/u, '');
    if (this.#inContent) {
      if (text !== '.') return;
      this.#inContent = false;
      this.tell('250 2.6.0 Taken\r');
    } else if (COMMAND.test(text)) {
      this.commands.push(text);
      this.#answer(text.slice(0, 4));
    }
  }

  #answer(verb: string): void {
    this.#inContent = verb === 'DATA';
    this.tell({ DATA: '354 Go on\r', QUIT: '221 2.0.0 Bye\r' }[verb] ?? '250 2.0.0 OK\r');
  }
}

async function serve(
  child: ChildProcess,
  inner: InnerDialog,
  tlsPort: number,
  folder: string,
): Promise<OpensslServer> {
  const plainCommands: string[] = [];
  const wire: Buffer[] = [];
  const sockets = new Set<net.Socket>();
  let connections = 0;
  const server = net.createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (piece: Buffer) => wire.push(piece));
    socket.write('220 mx.outside.test ESMTP\r\n');
    const readPlain = (piece: Buffer): void => {
      const command = piece.toString('latin1').trimEnd();
      plainCommands.push(command);
      if (command !== 'STARTTLS') {
        socket.write('250-mx.outside.test\r\n250 STARTTLS\r\n');
        return;
      }
      socket.off('data', readPlain);
      const tls = net.connect({ host: '127.0.0.1', port: tlsPort });
      tls.on('error', () => socket.destroy());
      tls.on('close', () => socket.destroy());
      socket.on('close', () => tls.destroy());
      socket.write('220 2.0.0 Go\r\n');
      socket.pipe(tls).pipe(socket);
    };
    socket.on('data', readPlain);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    plainCommands,
    innerCommands: inner.commands,
    printed: inner.printed,
    get wire() {
      return Buffer.concat(wire);
    },
    get connections() {
      return connections;
    },
    tell: (line) => inner.tell(line),
    async stop() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
      if (child.exitCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
