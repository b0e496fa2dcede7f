/** Our own SMTP client against the sink: what tests of the sending side share. */
import { silentLog } from '#src/base/log.ts';
import { systemClock } from '#src/base/clock.ts';
import { SmtpClientPool } from '#src/smtp/client/pool.ts';
import type { PoolOptions } from '#src/smtp/client/pool.ts';
import type { NextHop, OutgoingMail, TransmitOutcome } from '#src/smtp/client/transmit.ts';

import { startSmtpSink } from './smtp-sink.ts';
import type { SinkAnswer, SinkBehaviour, SinkStep, SmtpSink } from './smtp-sink.ts';

export function newPool(options: Partial<PoolOptions> = {}): SmtpClientPool {
  return new SmtpClientPool({ helloName: 'gateway.test', log: silentLog, clock: systemClock, ...options });
}

export function hopTo(sink: SmtpSink, more: Partial<NextHop> = {}): NextHop {
  return { host: '127.0.0.1', port: sink.port, implicitTls: false, tls: 'none', ...more };
}

export function mailOf(
  content: string | Buffer | readonly Buffer[],
  more: Partial<OutgoingMail> = {},
): OutgoingMail {
  const pieces = Array.isArray(content)
    ? (content as readonly Buffer[])
    : [Buffer.from(content as string, 'latin1')];
  return {
    reversePath: 'doctor@hospital.test',
    recipient: 'patient@outside.test',
    smtputf8: false,
    body: '7bit',
    sizeBytes: pieces.reduce((sum, piece) => sum + piece.length, 0),
    // A generator, so that asking twice reads twice.
    async *content() {
      yield* pieces;
    },
    ...more,
  };
}

export async function withSink<T>(
  behaviour: SinkBehaviour,
  work: (sink: SmtpSink) => Promise<T>,
): Promise<T> {
  const sink = await startSmtpSink({ behaviour });
  try {
    return await work(sink);
  } finally {
    await sink.stop();
  }
}

/** What one mail comes to at a sink that answers so. */
export async function outcomeAt(
  behaviour: SinkBehaviour,
  mail: OutgoingMail = mailOf('Subject: x\r\n\r\nbody\r\n'),
  options: Partial<PoolOptions> = {},
): Promise<{ outcome: TransmitOutcome; sink: SmtpSink }> {
  return withSink(behaviour, async (sink) => {
    const pool = newPool(options);
    const outcome = await pool.transmit(hopTo(sink), mail);
    await pool.close();
    return { outcome, sink };
  });
}

export function answering(verb: string, answer: SinkAnswer): (step: SinkStep) => SinkAnswer {
  return (step) => (step.verb === verb ? answer : null);
}
