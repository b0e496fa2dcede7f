/** The gateway, Postfix, and nobody in between, as contestants of a throughput row. */
import type { Bench } from './bench.ts';
import type { MailKind } from './load/mails.ts';
import type { Contestant } from './throughput.ts';

/** A secure mail makes a notice and the author's *secured* mail. */
const MAILS_OUT: Readonly<Record<MailKind, number>> = { secure: 2, plain: 1, mixed: 1.5 };

export async function ourselves(bench: Bench, kind: MailKind, pipelining = false): Promise<Contestant> {
  const gateway = await bench.gateway();
  return {
    name: pipelining ? `${kind}, pipelining` : kind,
    smtpPort: gateway.smtpPort,
    kind,
    mailsOut: MAILS_OUT[kind],
    pipelining,
    cpuSeconds: () => gateway.cpuSeconds(),
  };
}

/** Postfix relaying a mail of this kind as plaintext; null where it is not installed. */
export async function postfix(bench: Bench, kind: MailKind): Promise<Contestant | null> {
  const running = await bench.postfix();
  if (typeof running === 'string') return null;
  return {
    name: 'postfix',
    smtpPort: running.smtpPort,
    kind,
    mailsOut: 1,
    pipelining: false,
    cpuSeconds: () => running.cpuSeconds(),
  };
}

/** The load straight into the sink: the most that this machine's load and sink can show. */
export async function ceiling(bench: Bench): Promise<Contestant> {
  const { port } = await bench.sink();
  return {
    name: 'ceiling',
    smtpPort: port,
    kind: 'plain',
    mailsOut: 1,
    pipelining: false,
    cpuSeconds: () => Promise.resolve(0),
  };
}
