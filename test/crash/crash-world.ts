/**
 * A gateway process between two sinks that a test kills and starts again, and the oracle of what must hold afterwards:
 * nothing that was answered 250 is lost, nothing is repeated but for a lost reply or a death between dot and record,
 * every state change has its audit entry, and what had to be protected is nowhere in clear.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { leafHash } from '#src/audit/audit-log.ts';
import type { StepName } from '#src/base/steps.ts';
import { startSmtpSink, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { arrived, type ArrivedMail } from '#test/support/arrived-mail.ts';
import { eventually, pause } from '#test/support/eventually.ts';
import { findCanary, findCanaryInFolders, newCanary } from '#test/support/find-canary.ts';
import { freePort } from '#test/support/free-port.ts';
import { submit } from '#test/support/submit.ts';

const ENTRY = fileURLToPath(new URL('run-gateway.ts', import.meta.url));
const START_MS = 60_000;
/** R02: serving again within ten seconds, longer only by what other programs take of the machine. */
export const SERVING_AGAIN_MS = 10_000 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());

export interface SubmittedMail {
  readonly messageId: string;
  readonly coded: boolean;
  readonly recipients: readonly string[];
  readonly mail: string;
  /** Queue ids of every 250; more than one where a 250 was lost and the client sent again. */
  queueId: string | null;
  /** How often the client sent it without an answer. */
  unanswered: number;
}

export interface Rows {
  (sql: string): Promise<readonly Record<string, unknown>[]>;
}

export class CrashWorld {
  readonly canary = newCanary();
  readonly outside: SmtpSink;
  readonly inside: SmtpSink;
  readonly folder: string;
  readonly smtpPort: number;
  readonly publicUrl: string;
  readonly submitted: SubmittedMail[] = [];
  /** How often a process died; each death may repeat what was between dot and record. */
  deaths = 0;
  slowestStartMs = 0;
  #child: ChildProcessWithoutNullStreams | null = null;
  #exited: Promise<unknown> = Promise.resolve();
  #errors = '';
  #counter = 0;
  readonly #arrived = new WeakMap<object, ArrivedMail>();
  readonly #compileCache: string;

  private constructor(
    folder: string,
    compileCache: string,
    sinks: readonly [SmtpSink, SmtpSink],
    ports: readonly number[],
  ) {
    this.folder = folder;
    this.#compileCache = compileCache;
    [this.outside, this.inside] = sinks;
    this.smtpPort = ports[0] ?? 0;
    this.publicUrl = `http://localhost:${ports[1] ?? 0}`;
  }

  static async open(database = 'sqlite'): Promise<CrashWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'sendsecure-crash-'));
    const sinks = [await startSmtpSink(), await startSmtpSink()] as const;
    const ports = [await freePort(), await freePort(), await freePort()];
    const [smtp, portal, console] = ports;
    await writeFile(
      join(folder, 'gateway.toml'),
      `publicUrl = "http://localhost:${portal}"
[organization]
name = "Example Hospital"
domains = ["hospital.test"]
serviceAddress = "send-secure@hospital.test"
[smtp]
listen = "127.0.0.1:${smtp}"
[portal]
listen = "localhost:${portal}"
[console]
listen = "localhost:${console}"
[delivery]
nextHop = "smtp://127.0.0.1:${sinks[0].port}"
internalNextHop = "smtp://127.0.0.1:${sinks[1].port}"
[limits]
lowDiskMB = 10
[storage]
database = "${database}"
`,
    );
    const compileCache = await mkdtemp(join(tmpdir(), 'sendsecure-compiled-'));
    return new CrashWorld(folder, compileCache, sinks, ports);
  }

  /** Starts the process; resolves when it serves. */
  async start(): Promise<void> {
    const began = performance.now();
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ENTRY, join(this.folder, 'gateway.toml')],
      // Compiled once for all starts of a test file.
      { stdio: 'pipe', env: { ...process.env, NODE_COMPILE_CACHE: this.#compileCache } },
    );
    this.#child = child;
    this.#errors = '';
    child.stderr.on('data', (piece: Buffer) => (this.#errors += piece.toString()));
    child.stdin.on('error', () => {});
    this.#exited = once(child, 'exit').then(() => {
      if (this.#child === child) this.#child = null;
    });
    await this.#says('ready');
    this.slowestStartMs = Math.max(this.slowestStartMs, performance.now() - began);
  }

  /** The process will kill itself at the n-th passing of the step from now on. */
  async arm(step: StepName, count: number): Promise<void> {
    const armed = this.#says('armed');
    this.#child?.stdin.write(`${step} ${count}\n`);
    await armed;
  }

  /** Resolves when the process has died by itself. */
  async died(timeoutMs = 60_000): Promise<void> {
    await Promise.race([
      this.#exited,
      pause(timeoutMs).then(() => {
        if (this.#child !== null) throw new Error('the process did not reach the step');
      }),
    ]);
    assert.equal(this.#errors, '', 'died by SIGKILL, not by a fault');
    this.deaths += 1;
  }

  get alive(): boolean {
    return this.#child !== null;
  }

  async kill(): Promise<void> {
    if (this.#child === null) return;
    this.#child.kill('SIGKILL');
    await this.died();
  }

  async close(): Promise<void> {
    this.#child?.stdin.write('close\n');
    await this.#exited;
    assert.equal(this.#errors, '');
  }

  async dispose(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
    await Promise.all([this.outside.stop(), this.inside.stop()]);
    for (const folder of [this.folder, this.#compileCache])
      await rm(folder, { recursive: true, force: true });
  }

  /** A mail to three people outside and one inside; `large` ones are stored as files. */
  newMail(kind: {
    readonly coded: boolean;
    readonly large?: boolean;
    readonly recipients?: readonly string[];
  }): SubmittedMail {
    this.#counter += 1;
    const n = this.#counter;
    const messageId = `<crash-${n}-${crypto.randomUUID().slice(0, 8)}@hospital.test>`;
    const secret = kind.coded && kind.recipients === undefined ? this.canary : 'nothing secret';
    const recipients = kind.recipients ?? [
      `a${n}@outside.example`,
      `b${n}@partner.example`,
      ...(kind.coded ? [] : [`eve${n}@hospital.test`]),
    ];
    const filler = kind.large === true ? 'x'.repeat(76).concat('\r\n').repeat(2_000) : '';
    const mail = [
      'From: "Dr. Ann Lee" <ann.lee@hospital.test>',
      `To: ${recipients.join(', ')}`,
      `Subject: ${kind.coded ? `send secure ${secret}` : 'lunch'}`,
      `Message-ID: ${messageId}`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      `Text ${secret}`,
      filler,
      '--b',
      `Content-Type: text/plain; name="${secret}.txt"`,
      `Content-Disposition: attachment; filename="${secret}.txt"`,
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from(`Attached ${secret}`).toString('base64'),
      '--b--',
      '',
    ].join('\r\n');
    const submitted = { messageId, coded: kind.coded, recipients, mail, queueId: null, unanswered: 0 };
    this.submitted.push(submitted);
    return submitted;
  }

  /** Sends a mail once; it stays unanswered where the process dies. */
  async send(mail: SubmittedMail): Promise<void> {
    try {
      const { final } = await submit({
        port: this.smtpPort,
        from: 'ann.lee@hospital.test',
        to: mail.recipients,
        mail: mail.mail,
      });
      const queueId = /^250 2\.6\.0 Accepted as (\w{26})$/u.exec(final)?.[1];
      if (queueId !== undefined) mail.queueId = queueId;
      else assert.match(final, /^4\d\d /u, 'only temporary refusals');
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      mail.unanswered += 1;
    }
  }

  /** A client that keeps what was not answered 250 and sends it again. */
  async sendUntilTaken(mails: readonly SubmittedMail[] = this.submitted): Promise<void> {
    for (const mail of mails) {
      await eventually(`${mail.messageId} taken`, async () => {
        if (mail.queueId === null) await this.send(mail);
        return mail.queueId !== null;
      });
    }
  }

  arrivedAt(sink: 'outside' | 'inside'): ArrivedMail[] {
    return this[sink].mails.map((mail) => {
      const known = this.#arrived.get(mail) ?? arrived(mail);
      this.#arrived.set(mail, known);
      return known;
    });
  }

  /** The mails that a submitted one must have become, each with what arrived of it. */
  copiesOf(mail: SubmittedMail): { readonly what: string; readonly copies: readonly ArrivedMail[] }[] {
    const outside = this.arrivedAt('outside');
    const inside = this.arrivedAt('inside');
    const expected = mail.recipients.map((recipient) => {
      const internal = recipient.endsWith('@hospital.test');
      const kind = mail.coded && !internal ? 'notice' : 'relay';
      const copies = (internal ? inside : outside).filter(
        (copy) =>
          copy.to === recipient &&
          copy.kind === kind &&
          (kind === 'relay' ? copy.messageId === mail.messageId : copy.refersTo.includes(mail.messageId)),
      );
      return { what: `${kind} of ${mail.messageId} to ${recipient}`, copies };
    });
    if (!mail.coded) return expected;
    const copies = inside.filter((copy) => copy.kind === 'secured' && copy.refersTo.includes(mail.messageId));
    return [...expected, { what: `secured mail about ${mail.messageId}`, copies }];
  }

  /** Waits until everything that was answered 250 has arrived. */
  async everythingArrived(
    mails: readonly SubmittedMail[] = this.submitted,
    timeoutMs = 60_000,
  ): Promise<void> {
    const missing = (): string[] =>
      mails
        .filter(({ queueId }) => queueId !== null)
        .flatMap((mail) => this.copiesOf(mail))
        .filter(({ copies }) => copies.length === 0)
        .map(({ what }) => what);
    try {
      await eventually('all mails', () => missing().length === 0, timeoutMs);
    } catch {
      assert.deepEqual(missing(), [], 'lost');
    }
  }

  /**
   * How many mails came more than once. A client that got no reply may have been taken twice (O6): then each of the
   * two is a message of its own, with its own notices. Any other copy is a repeat with one Message-ID, at most one
   * for each death.
   */
  countRepeats(mails: readonly SubmittedMail[] = this.submitted): number {
    let repeats = 0;
    for (const mail of mails) {
      for (const { what, copies } of this.copiesOf(mail)) {
        const instances = new Map<string, number>();
        for (const copy of copies) {
          const instance = copy.kind === 'relay' ? (queueIdOf(copy) ?? 'none') : copy.messageId;
          instances.set(instance, (instances.get(instance) ?? 0) + 1);
        }
        assert.ok(instances.size <= 1 + mail.unanswered, `${what}: ${instances.size} instances`);
        for (const count of instances.values()) {
          assert.ok(count <= 1 + this.deaths, `${what}: ${count} copies`);
          repeats += count - 1;
        }
      }
    }
    return repeats;
  }

  /** O3, O5: the canary is nowhere on the wires, in the folders or in the log. */
  async leaks(): Promise<string[]> {
    const onWire = [...this.outside.mails, ...this.inside.mails].flatMap((mail) =>
      findCanary(this.canary, mail.bytes).map((form) => `on the wire to ${mail.recipients.join()}: ${form}`),
    );
    const stored = await findCanaryInFolders(this.canary, [this.folder]);
    return [...onWire, ...stored.map(({ where, form }) => `${where}: ${form}`)];
  }

  #says(word: string): Promise<void> {
    const child = this.#child;
    if (child === null) throw new Error('no process');
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lines = createInterface({ input: child.stdout });
    const timer = setTimeout(() => reject(new Error(`no "${word}" in time: ${this.#errors}`)), START_MS);
    child.once('exit', () => reject(new Error(`ended before "${word}": ${this.#errors}`)));
    lines.on('line', (line) => {
      if (line === word) resolve();
    });
    return promise.finally(() => {
      clearTimeout(timer);
      lines.close();
      child.stdout.resume();
    });
  }
}

function queueIdOf(mail: ArrivedMail): string | null {
  return /\bid (\w{26});/u.exec(mail.field('Received') ?? '')?.[1] ?? null;
}

/** O4: every state that is reached has exactly one entry, every entry fits its leaf, and the numbers have no gap. */
export async function checkAudit(rows: Rows): Promise<void> {
  const entries = await rows(
    'select sequence, event, "messageId", "recipientId", entry, salt, leaf from audit_entries',
  );
  for (const { entry, salt, leaf } of entries)
    assert.ok(leafHash(salt as Buffer, entry as string).equals(Buffer.from(leaf as Buffer)), 'a leaf fits');
  const count = (event: string, key: string, value: unknown): number =>
    entries.filter((row) => row['event'] === event && row[key] === value).length;
  for (const { id } of await rows("select id from messages where purpose = 'submitted'"))
    assert.equal(count('message-accepted', 'messageId', id), 1, 'accepted once');
  for (const { id, firstOpenedAt } of await rows('select id, "firstOpenedAt" from recipients')) {
    assert.equal(count('recipient-decided', 'recipientId', id), 1, 'decided once');
    assert.equal(count('message-opened', 'recipientId', id), firstOpenedAt === null ? 0 : 1, 'opened once');
  }
  const handedOver = entries
    .filter(({ event }) => event === 'delivery-handed-over')
    .map(({ entry }) => (JSON.parse(entry as string) as { facts: { delivery: string } }).facts.delivery);
  const deliveries = await rows('select id, state from deliveries');
  assert.deepEqual(
    handedOver.toSorted((a, b) => (a < b ? -1 : 1)),
    deliveries
      .filter(({ state }) => state === 'handed-over')
      .map(({ id }) => id as string)
      .toSorted((a, b) => (a < b ? -1 : 1)),
    'each handing over has one entry',
  );
  assert.deepEqual(
    deliveries.filter(({ state }) => state !== 'handed-over'),
    [],
    'nothing waits any more',
  );
}
