/** Our own SMTP server with a handler that accepts and remembers: for tests of the protocol alone. */
import { silentLog } from '#src/base/log.ts';
import type { Log } from '#src/base/log.ts';
import { systemClock } from '#src/base/clock.ts';
import { createSmtpServer } from '#src/smtp/server/smtp-server.ts';
import type { SmtpListener, SmtpServerOptions } from '#src/smtp/server/smtp-server.ts';
import type {
  SmtpEnvelope,
  SmtpRecipient,
  SmtpReply,
  SmtpSession,
  TransactionHandler,
} from '#src/smtp/server/smtp-transaction.ts';

export interface RecordedMail {
  readonly session: SmtpSession;
  readonly envelope: SmtpEnvelope;
  readonly content: Buffer;
}

/** Accepts everything but recipients that begin with `refused`; remembers what ended properly. */
export class RecordingHandler implements TransactionHandler {
  readonly mails: RecordedMail[] = [];
  readonly recipients: SmtpRecipient[] = [];
  readonly senders: SmtpEnvelope[] = [];
  /** What `data` threw while it read. */
  readonly failures: unknown[] = [];

  mailFrom(_session: SmtpSession, envelope: SmtpEnvelope): Promise<SmtpReply | null> {
    this.senders.push(envelope);
    return Promise.resolve(null);
  }

  rcptTo(
    _session: SmtpSession,
    _envelope: SmtpEnvelope,
    recipient: SmtpRecipient,
  ): Promise<SmtpReply | null> {
    if (recipient.address.localPart.startsWith('refused'))
      return Promise.resolve({ code: 550, enhanced: '5.7.1', text: 'Not here' });
    this.recipients.push(recipient);
    return Promise.resolve(null);
  }

  async data(
    session: SmtpSession,
    envelope: SmtpEnvelope,
    content: AsyncIterable<Buffer>,
  ): Promise<SmtpReply> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of content) pieces.push(piece);
    } catch (error) {
      this.failures.push(error);
      throw error;
    }
    this.mails.push({ session, envelope, content: Buffer.concat(pieces) });
    return { code: 250, enhanced: '2.6.0', text: 'Taken' };
  }
}

export interface RecordingServer extends AsyncDisposable {
  readonly port: number;
  readonly handler: RecordingHandler;
  readonly server: SmtpListener;
  /** Warnings and errors; a test that expects none asserts that this is empty. */
  readonly warnings: readonly string[];
}

export async function startRecordingServer(
  options: Partial<SmtpServerOptions> & { readonly recorder?: RecordingHandler } = {},
): Promise<RecordingServer> {
  const handler = options.recorder ?? new RecordingHandler();
  const warnings: string[] = [];
  const log: Log = {
    ...silentLog,
    warn: (message) => void warnings.push(message),
    error: (message) => void warnings.push(message),
  };
  const server = createSmtpServer({
    hostname: 'gateway.test',
    maxMessageBytes: 100_000,
    handler,
    log,
    clock: systemClock,
    ...options,
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  return { port, handler, server, warnings, [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }) };
}
