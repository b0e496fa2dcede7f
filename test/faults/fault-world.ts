/**
 * A gateway process between two sinks and under a client's load, watched by the oracle. Faults are put in from
 * outside: signals, a named step to die at, wrappers around the process, behaviour of the sinks.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import type { StepName } from '#src/base/steps.ts';
import { startSmtpSink, type SinkBehaviour, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { arrived, type ArrivedMail } from '#test/support/arrived-mail.ts';
import { eventually } from '#test/support/eventually.ts';
import { newCanary } from '#test/support/find-canary.ts';
import { freePort } from '#test/support/free-port.ts';
import { readRows } from '#test/support/gateway-with-sinks.ts';

import { reportCounts } from './counts.ts';
import { GatewayProcess, type StartOptions } from './gateway-process.ts';
import { KeptOpenClient } from './kept-open-client.ts';
import { mailToSubmit, REFUSED, type KindOfMail, type SubmittedMail } from './mails.ts';
import { checkAudit, Oracle, type Fate, type Rows } from './oracle.ts';

/** R02: serving again within ten seconds, longer only by what other programs take of the machine. */
export const SERVING_AGAIN_MS = 10_000 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
const WORD_OF_ACCEPTANCE = /^250 2\.6\.0 Accepted as (\w{26})$/u;

export interface WorldOptions {
  /** URL of an empty PostgreSQL database; default SQLite. */
  readonly database?: string;
  /** How its rows are read; needed with PostgreSQL. */
  readonly rows?: Rows;
  /** Put before the usual answers of both sinks. */
  readonly answer?: SinkBehaviour['answer'];
  /** False: the sinks keep nothing but what the oracle needs. */
  readonly keepMails?: boolean;
}

export class FaultWorld {
  readonly oracle: Oracle;
  readonly gateway: GatewayProcess;
  readonly outside: SmtpSink;
  readonly inside: SmtpSink;
  readonly folder: string;
  readonly smtpPort: number;
  readonly publicUrl: string;
  readonly rows: Rows;
  slowestStartMs = 0;
  #counter = 0;
  readonly #arrived = new WeakMap<object, ArrivedMail>();

  private constructor(
    folder: string,
    oracle: Oracle,
    sinks: readonly [SmtpSink, SmtpSink],
    ports: readonly number[],
    rows: Rows,
  ) {
    this.folder = folder;
    this.oracle = oracle;
    this.gateway = new GatewayProcess(join(folder, 'gateway.toml'));
    [this.outside, this.inside] = sinks;
    this.smtpPort = ports[0] ?? 0;
    this.publicUrl = `http://localhost:${ports[1] ?? 0}`;
    this.rows = rows;
  }

  static async open(options: WorldOptions = {}): Promise<FaultWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'sendsecure-faults-'));
    const oracle = new Oracle(newCanary());
    const behaviour: SinkBehaviour = {
      answer: (step) => {
        const answer = options.answer?.(step) ?? null;
        if (answer !== null || step.verb !== 'RCPT') return answer;
        return REFUSED.test(addressOf(step.line)) ? '550 5.1.1 No such user' : null;
      },
      onMail: (mail) => {
        oracle.take(mail);
        return options.keepMails !== false;
      },
    };
    const sinks = [await startSmtpSink({ behaviour }), await startSmtpSink({ behaviour })] as const;
    const ports = [await freePort(), await freePort(), await freePort()];
    await writeFile(join(folder, 'gateway.toml'), configuration(ports, sinks, options));
    const rows: Rows = options.rows ?? ((sql) => Promise.resolve(readRows(folder, sql)));
    return new FaultWorld(folder, oracle, sinks, ports, rows);
  }

  /** Resolves when the gateway serves. */
  async start(options?: StartOptions): Promise<void> {
    this.slowestStartMs = Math.max(this.slowestStartMs, await this.gateway.start(options));
  }

  /** The process will kill itself at the n-th passing of the step from now on. */
  async arm(step: StepName, count: number): Promise<void> {
    await this.gateway.say(`arm ${step} ${count}`);
  }

  /** Resolves when the process has died by itself. */
  async died(): Promise<void> {
    assert.ok(await this.gateway.ended(), 'the process did not reach the step');
    this.#countDeath();
  }

  async kill(whole: 'process' | 'group' = 'process'): Promise<void> {
    if (this.gateway.alive) await this.gateway.kill(whole);
    this.#countDeath();
  }

  #countDeath(): void {
    assert.equal(this.gateway.errors, '', 'died by SIGKILL, not by a fault');
    this.oracle.deaths += 1;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    assert.equal(this.gateway.errors, '');
  }

  async dispose(): Promise<void> {
    await this.gateway.dispose();
    await Promise.all([this.outside.stop(), this.inside.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  newMail(kind: KindOfMail): SubmittedMail {
    this.#counter += 1;
    // Recipients of a test's own choice get to read what they are sent.
    const secret = kind.coded && kind.recipients === undefined ? this.oracle.canary : 'nothing secret';
    const mail = mailToSubmit(this.#counter, secret, kind);
    this.oracle.submit(mail);
    return mail;
  }

  /** Sends a mail once; it stays unanswered where the process dies. Returns the last reply, '' where none came. */
  async send(mail: SubmittedMail): Promise<string> {
    const client = await KeptOpenClient.open(this.smtpPort);
    const final = (await client?.send(mail)) ?? '';
    client?.end();
    if (final === '') mail.unanswered += 1;
    else noteReply(mail, final);
    return final;
  }

  /** A client that keeps what was not answered 250 and sends it again. */
  async sendUntilTaken(mails: readonly SubmittedMail[] = this.oracle.submitted): Promise<void> {
    for (const mail of mails) {
      await eventually(
        `${mail.messageId} taken`,
        async () => {
          if (mail.queueId === null) await this.send(mail);
          return mail.queueId !== null;
        },
        30_000,
      );
    }
  }

  everythingArrived(mails?: readonly SubmittedMail[], timeoutMs?: number): Promise<void> {
    return this.oracle.everythingArrived(mails, timeoutMs);
  }

  fatesOf(mail: SubmittedMail): Fate[] {
    return this.oracle.fatesOf(mail);
  }

  arrivedAt(sink: 'outside' | 'inside'): ArrivedMail[] {
    return this[sink].mails.map((mail) => {
      const known = this.#arrived.get(mail) ?? arrived(mail);
      this.#arrived.set(mail, known);
      return known;
    });
  }

  async queueIsEmpty(timeoutMs = 60_000): Promise<void> {
    await eventually(
      'the queue is empty',
      async () => (await this.rows("select id from deliveries where state = 'queued' limit 1")).length === 0,
      timeoutMs,
    );
  }

  /** How many mails next hops took without a record of it: what has been, or may yet be, repeated. */
  async takenWithoutRecord(): Promise<number> {
    const [row] = await this.rows("select count(*) as n from deliveries where state = 'handed-over'");
    return this.oracle.taken - Number(row?.['n']);
  }

  leaks(): Promise<string[]> {
    return this.oracle.leaks([this.folder]);
  }

  /** Ends the gateway and asks the oracle everything; the counts go to the runner. */
  async closeAndCheck(lostReplies: number | null = null): Promise<string> {
    await this.queueIsEmpty();
    const unrecorded = await this.takenWithoutRecord();
    await this.close();
    await checkAudit(this.rows);
    const repeated = this.oracle.countRepeats();
    assert.equal(repeated, unrecorded, 'a repeat for each mail that was taken and not recorded, no other');
    const leaks = await this.leaks();
    const counts = {
      acknowledged: this.oracle.acknowledged().length,
      kills: this.oracle.deaths,
      lost: this.oracle.missing().length,
      repeated,
      lostReplies: lostReplies ?? unrecorded,
      leaked: leaks.length,
      slowestRecoveryMs: this.slowestStartMs,
    };
    reportCounts(counts);
    assert.deepEqual(leaks, []);
    assert.equal(counts.lost, 0);
    return JSON.stringify(counts);
  }
}

/** What a client makes of the reply to a mail. Only temporary refusals are expected under faults. */
export function noteReply(mail: SubmittedMail, final: string): void {
  const queueId = WORD_OF_ACCEPTANCE.exec(final)?.[1];
  if (queueId !== undefined) mail.queueId = queueId;
  else assert.match(final, /^4\d\d /u, 'only temporary refusals');
}

function configuration(
  [smtp, portal, console]: readonly number[],
  sinks: readonly [SmtpSink, SmtpSink],
  options: WorldOptions,
): string {
  return `publicUrl = "http://localhost:${portal}"
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
database = "${options.database ?? 'sqlite'}"
`;
}

function addressOf(command: string): string {
  return command.slice(command.indexOf('<') + 1, command.lastIndexOf('>'));
}
