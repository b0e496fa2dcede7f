/**
 * One attempt at one delivery, as named steps: open the content → choose the route → transmit or capture → say what
 * came of it. It changes nothing in the database; `record-outcome.ts` does.
 */
import { errorCode } from '#src/base/coded-error.ts';
import type { Steps } from '#src/base/steps.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { isOwnDelivery } from '#src/queue/delivery-mac.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import type { SmtpClientPool } from '#src/smtp/client/pool.ts';
import type { NextHop, OutgoingMail, TransmitOutcome } from '#src/smtp/client/transmit.ts';
import type { Statement } from '#src/storage/database.ts';

import type { CapturedMails } from './captured-mails.ts';
import type { KnownFailure } from './destinations.ts';
import { mailBytes, mailLength, type OpenMessage, type OutgoingContent } from './outgoing-content.ts';
import { sendByPlan, type VerifiedChannels } from './planned-sending.ts';
import { chooseWay, type Routes } from './route.ts';
import type { TlsSession } from './tls-session.ts';

export type AttemptOutcome =
  | { readonly kind: 'captured'; readonly statement: Statement }
  | (TransmitOutcome & { readonly nextHop: string })
  /** Something of ours stood in the way (key, content, database): tried again later, never sent otherwise. */
  | { readonly kind: 'hindered'; readonly code: string }
  /** The row is not as we wrote it: nothing is opened or sent. */
  | { readonly kind: 'forged' };

export interface AttemptOptions {
  readonly keys: Pick<KeyProvider, 'mac'>;
  readonly channels: () => VerifiedChannels;
  readonly content: OutgoingContent;
  readonly captured: CapturedMails;
  readonly pool: SmtpClientPool;
  /** DKIM-Signature fields to stand before a mail; may be none. */
  readonly sign: (mail: AsyncIterable<Buffer>, delivery: DeliveryRow) => Promise<string>;
  readonly routes: () => Routes;
  /** Told of each address of a domain's servers, whether there was a connection. */
  readonly onTried: (domain: string, address: string, reached: boolean) => void;
  /** What a connection said about its domain's TLS policy. */
  readonly onTlsSession?: ((session: TlsSession) => void) | undefined;
  readonly steps: Steps;
  /** Why nothing reaches the servers of its domain just now; null: it is worth trying. */
  readonly knownFailure: (delivery: DeliveryRow) => KnownFailure | null;
  /** Looked at before the final dot: false gives the delivery up to whoever holds the lease next. */
  readonly leaseHolds: (delivery: DeliveryRow) => boolean;
}

export async function attemptDelivery(
  delivery: DeliveryRow,
  options: AttemptOptions,
): Promise<AttemptOutcome> {
  options.steps.reach('delivery-claimed');
  try {
    if (!isOwnDelivery(options.keys, delivery)) return { kind: 'forged' };
    const failure = options.knownFailure(delivery);
    if (failure !== null)
      return { kind: 'deferred', ...failure, stage: 'connect', uncertain: false, tls: null };
    const message = await options.content.open(delivery.messageId);
    const channels = options.channels();
    const way = chooseWay(options.routes(), delivery, (domain) => channels.settingOf(domain));
    if (way.kind === 'capture') return await capture(delivery, message, options);
    const send = (hop: NextHop): Promise<TransmitOutcome> =>
      transmit(delivery, message, { hop, requireTls: way.requireTls }, options);
    if (way.kind === 'plan')
      return await sendByPlan(delivery.domain, way, {
        channels,
        transmit: send,
        onTried: options.onTried,
        // RFC 8460 section 5.3: the way of a report is not reported on.
        onTlsSession: delivery.kind === 'tls-report' ? undefined : options.onTlsSession,
      });
    return { ...(await send(way.hop)), nextHop: `${way.hop.host}:${way.hop.port}` };
  } catch (error) {
    return { kind: 'hindered', code: errorCode(error) };
  }
}

async function capture(
  delivery: DeliveryRow,
  message: OpenMessage,
  options: AttemptOptions,
): Promise<AttemptOutcome> {
  const pieces: Buffer[] = [];
  for await (const piece of mailBytes(message, delivery)) pieces.push(piece);
  return { kind: 'captured', statement: await options.captured.capture(delivery, Buffer.concat(pieces)) };
}

async function transmit(
  delivery: DeliveryRow,
  message: OpenMessage,
  { hop, requireTls }: { readonly hop: NextHop; readonly requireTls: boolean },
  options: AttemptOptions,
): Promise<TransmitOutcome> {
  const { steps } = options;
  const signature = Buffer.from(await options.sign(mailBytes(message, delivery), delivery), 'latin1');
  const mail = { ...outgoingMail(delivery, message, signature, steps), requireTlsExtension: requireTls };
  const outcome = await options.pool.transmit(hop, mail, {
    onConnecting: () => steps.reach('delivery-connecting'),
    beforeDot: () => Promise.resolve(options.leaseHolds(delivery)),
    onDotSent: () => steps.reach('delivery-dot-sent'),
  });
  if (outcome.kind === 'accepted') steps.reach('delivery-acknowledged');
  return delivery.tlsRequirement === 'verified' ? waitingForRequireTls(outcome) : outcome;
}

/**
 * A next hop that can't pass the duty on (RFC 8689 section 4.2.1: 5.7.30) is a channel that is not good enough now,
 * so that the mail waits and becomes a secure message instead of coming back.
 */
function waitingForRequireTls(outcome: TransmitOutcome): TransmitOutcome {
  if (outcome.kind !== 'rejected' || outcome.enhanced !== '5.7.30') return outcome;
  const { reply, tls } = outcome;
  return { kind: 'deferred', reply, enhanced: '4.7.30', stage: 'tls', uncertain: false, tls };
}

function outgoingMail(
  delivery: DeliveryRow,
  message: OpenMessage,
  signature: Buffer,
  steps: Steps,
): OutgoingMail {
  return {
    reversePath: delivery.reversePath,
    recipient: delivery.recipient,
    smtputf8: message.smtputf8 || /[^\0-\x7f]/u.test(delivery.recipient + delivery.reversePath),
    body: message.body,
    sizeBytes: signature.length + mailLength(message, delivery),
    ...(delivery.kind === 'relay' && {
      dsn: {
        notify: delivery.dsnNotify,
        orcpt: delivery.dsnOriginalRecipient,
        ret: message.dsnReturn === 'FULL' || message.dsnReturn === 'HDRS' ? message.dsnReturn : null,
        envid: message.dsnEnvelopeId,
      },
    }),
    content: () => reached(signature, mailBytes(message, delivery), steps),
  };
}

async function* reached(
  signature: Buffer,
  pieces: AsyncIterable<Buffer>,
  steps: Steps,
): AsyncGenerator<Buffer> {
  if (signature.length > 0) yield signature;
  for await (const piece of pieces) {
    steps.reach('delivery-content');
    yield piece;
  }
}
