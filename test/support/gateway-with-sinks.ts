/** A whole gateway between two sinks: `outside` is its smarthost, `inside` the mail server of its own domains. */
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

import { startSmtpSink, type SinkBehaviour, type SmtpSink } from '#test/peers/smtp-sink.ts';

import { arrived, type ArrivedMail } from './arrived-mail.ts';
import { eventually } from './eventually.ts';
import { mailOf, submit, type MailText, type SubmissionReplies } from './submit.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts';

/** A test's own context, or `CleanUpLater` where the tests of a file share a gateway. */
export interface CleanUp {
  after(task: () => Promise<void>): void;
}

/** Node's `after` inside a `before` hook would run at the end of the hook. */
export class CleanUpLater implements CleanUp {
  readonly #tasks: (() => Promise<void>)[] = [];

  after(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  readonly run = async (): Promise<void> => {
    for (const task of this.#tasks.splice(0).toReversed()) await task();
  };
}

export interface SinksOptions extends Omit<TestGatewayOptions, 'toml'> {
  readonly toml?: Readonly<Record<string, string>>;
  readonly outside?: SinkBehaviour;
  readonly inside?: SinkBehaviour;
  /** Instead of the sink outside. */
  readonly nextHop?: string;
  /** Instead of the sink inside. */
  readonly internalNextHop?: string;
  readonly lowDiskMB?: number;
}

export interface MailToSubmit extends Omit<MailText, 'from' | 'to'> {
  /** Default ann.lee@hospital.test; also the From field unless `mail` is given. */
  readonly reversePath?: string;
  readonly author?: string;
  readonly recipients: readonly string[];
  /** The whole mail, instead of one made from the other fields. */
  readonly mail?: string | Buffer;
  readonly mailParameters?: string;
  readonly rcptParameters?: string;
}

export interface GatewayWithSinks {
  readonly gateway: TestGateway;
  readonly outside: SmtpSink;
  readonly inside: SmtpSink;
  submit(mail: MailToSubmit): Promise<SubmissionReplies>;
  /** Submits and expects 250; the queue id. */
  accept(mail: MailToSubmit): Promise<string>;
  /** Mails that arrived so far at a sink and fit, in order. */
  at(sink: 'outside' | 'inside', fits?: (mail: ArrivedMail) => boolean): ArrivedMail[];
  /** `kind to address` of every mail at a sink, in order. */
  summary(sink: 'outside' | 'inside'): string[];
  /** Waits for `count` of them. */
  waitFor(
    sink: 'outside' | 'inside',
    fits: (mail: ArrivedMail) => boolean,
    count?: number,
    timeoutMs?: number,
  ): Promise<ArrivedMail[]>;
  /** Rows of the SQLite database, read beside the gateway. */
  rows(sql: string, ...parameters: string[]): Record<string, unknown>[];
  /** Changes the database behind the gateway's back, as somebody who can only write to it. */
  change(sql: string): void;
  /** Waits until no delivery is queued. */
  settled(timeoutMs?: number): Promise<void>;
}

export async function startGatewayWithSinks(
  t: CleanUp,
  options: SinksOptions = {},
): Promise<GatewayWithSinks> {
  const outside = await startSmtpSink(options.outside === undefined ? {} : { behaviour: options.outside });
  const inside = await startSmtpSink(options.inside === undefined ? {} : { behaviour: options.inside });
  t.after(async () => {
    await Promise.all([outside.stop(), inside.stop()]);
  });
  const gateway = await startTestGateway({
    ...options,
    toml: {
      ...options.toml,
      delivery: `nextHop = "${options.nextHop ?? `smtp://127.0.0.1:${outside.port}`}"\ninternalNextHop = "${options.internalNextHop ?? `smtp://127.0.0.1:${inside.port}`}"\n${options.toml?.['delivery'] ?? ''}`,
    },
  });
  t.after(() => gateway.dispose());
  return withSinks(gateway, outside, inside);
}

function withSinks(gateway: TestGateway, outside: SmtpSink, inside: SmtpSink): GatewayWithSinks {
  const sinks = { outside, inside };
  const seen = new WeakMap<object, ArrivedMail>();
  const at: GatewayWithSinks['at'] = (sink, fits = () => true) =>
    sinks[sink].mails
      .map((mail) => {
        const known = seen.get(mail) ?? arrived(mail);
        seen.set(mail, known);
        return known;
      })
      .filter((mail) => fits(mail));
  const submitMail = (mail: MailToSubmit): Promise<SubmissionReplies> =>
    submit({
      port: gateway.smtpPort,
      from: mail.reversePath ?? 'ann.lee@hospital.test',
      to: mail.recipients,
      mail:
        mail.mail ??
        mailOf({
          ...mail,
          from: mail.author ?? (mail.reversePath || 'ann.lee@hospital.test'),
          to: mail.recipients.join(', '),
        }),
      ...(mail.mailParameters !== undefined && { mailParameters: mail.mailParameters }),
      ...(mail.rcptParameters !== undefined && { rcptParameters: mail.rcptParameters }),
    });
  const rows = (sql: string, ...parameters: string[]): Record<string, unknown>[] =>
    readRows(gateway.folder, sql, ...parameters);
  return {
    gateway,
    outside,
    inside,
    submit: submitMail,
    async accept(mail) {
      const { final, replies } = await submitMail(mail);
      const queueId = /^250 2\.6\.0 Accepted as (\w{26})$/u.exec(final)?.[1];
      if (queueId === undefined) throw new Error(`not accepted: ${JSON.stringify(replies)}`);
      return queueId;
    },
    at,
    summary: (sink) => at(sink).map(({ kind, to }) => `${kind} to ${to}`),
    async waitFor(sink, fits, count = 1, timeoutMs = 30_000) {
      try {
        return await eventually(
          'mails',
          () => {
            const fitting = at(sink, fits);
            return fitting.length >= count && fitting;
          },
          timeoutMs,
        );
      } catch {
        const there = [...at('outside'), ...at('inside')].map(
          ({ kind, to, subject }) => `${kind} to ${to}: ${subject}`,
        );
        throw new Error(`expected ${count} mails ${sink}; there are:\n${there.join('\n')}`);
      }
    },
    rows,
    change(sql) {
      const database = new DatabaseSync(join(gateway.folder, 'data', 'send-secure.sqlite'));
      try {
        database.exec(`pragma busy_timeout = 5000; ${sql}`);
      } finally {
        database.close();
      }
    },
    async settled(timeoutMs) {
      await eventually(
        'every delivery done',
        () => rows("select id from deliveries where state = 'queued'").length === 0,
        timeoutMs,
      );
    },
  };
}

/** Rows of the SQLite database in a gateway's folder. */
export function readRows(folder: string, sql: string, ...parameters: string[]): Record<string, unknown>[] {
  const database = new DatabaseSync(join(folder, 'data', 'send-secure.sqlite'), { readOnly: true });
  try {
    return database.prepare(sql).all(...parameters);
  } finally {
    database.close();
  }
}
