/** The queue in words: what the command line prints for a person. */
import type { DeliveryView, MessageView } from '#src/gateway/commands/queue-view.ts';
import { classifyFailure, type FailureKind } from '#src/notification/failure-kind.ts';

export function listWords(
  page: { readonly deliveries: readonly DeliveryView[]; readonly next: string | null },
  nowMs: number,
): string {
  if (page.deliveries.length === 0) return 'Nothing is like that in the queue.\n';
  const lines = page.deliveries.map(
    (delivery) =>
      `${delivery.message}  ${delivery.kind.padEnd(8)} ${delivery.to}\n    ${whereItIs(delivery, nowMs)}`,
  );
  const more = page.next === null ? [] : ['', `More: add --after ${page.next}`];
  return `${[...lines, ...more].join('\n')}\n`;
}

export function messageWords(message: MessageView, nowMs: number): string {
  const { id, author, reversePath, recipients, deliveries } = message;
  const from = author ?? (reversePath === '' ? 'nobody (automatic mail)' : reversePath);
  const head =
    message.purpose === 'submitted'
      ? `Message ${id}, accepted ${moment(message.acceptedAt)}, from ${from}, ${message.sizeBytes} bytes, by ${message.submitter}`
      : `Message ${id}, ${message.purpose === 'written' ? 'written by the gateway' : 'came back'} ${moment(message.acceptedAt)}`;
  return [
    head,
    ...(message.asksAuthorUntil === null
      ? []
      : [`  Its author was asked whether it goes secured, until ${moment(message.asksAuthorUntil)}.`]),
    ...(message.asksOfficerUntil === null
      ? []
      : [
          `  The security officer was asked whether it goes out; it waits until ${moment(message.asksOfficerUntil)}.`,
        ]),
    ...recipients.map(
      (one) =>
        `  ${one.address}: ${one.state} (${one.protection}, rule ${one.rule})` +
        (one.firstOpenedAt === null ? '' : `, opened ${moment(one.firstOpenedAt)}`),
    ),
    ...deliveries.flatMap((delivery) => deliveryWords(delivery, nowMs)),
    '',
  ].join('\n');
}

function deliveryWords(delivery: DeliveryView, nowMs: number): string[] {
  const { lastReply, status, tls } = delivery;
  return [
    `  Delivery ${delivery.id}: ${delivery.kind} to ${delivery.to}, ${delivery.route} route`,
    `    ${whereItIs(delivery, nowMs)}`,
    ...(lastReply === null ? [] : [`    Last word: ${lastReply}`]),
    ...(lastReply === null || delivery.state === 'handed-over'
      ? []
      : [`    That is: ${MEANING[classifyFailure(status, replyCode(lastReply))]}`]),
    ...(tls === null ? [] : [`    TLS: ${tlsWords(tls)}`]),
    ...(delivery.needsVerifiedTls ? ['    Goes only over verified TLS, or as a secure message.'] : []),
  ];
}

function whereItIs(delivery: DeliveryView, nowMs: number): string {
  const tries = `${delivery.attempts} ${delivery.attempts === 1 ? 'attempt' : 'attempts'}`;
  const crashes = delivery.crashes === 0 ? '' : `, ${delivery.crashes} crashes`;
  switch (delivery.state) {
    case 'queued': {
      const next = delivery.beingSent
        ? 'being sent now'
        : `next attempt ${fromNow(delivery.nextAttemptAt, nowMs)}`;
      return `queued: ${tries}${crashes}, ${next}, given up ${fromNow(delivery.expiresAt, nowMs)}`;
    }
    case 'held':
      return `held ${fromNow(delivery.heldAt, nowMs)}: ${
        delivery.heldReason === 'crashes'
          ? `the gateway died ${delivery.crashes} times while it had this in hand`
          : delivery.heldReason === 'author-limit'
            ? 'its author passed a limit; the security officer was asked'
            : 'by an operator'
      }; ${tries}`;
    default:
      return `${delivery.state} ${delivery.settledAt === null ? '' : moment(delivery.settledAt)}: ${tries}${crashes}`;
  }
}

const DONE_WORDS = {
  retry: 'tried now',
  hold: 'held',
  release: 'released',
  cancel: 'cancelled',
} as const;

export function changedWords(
  action: keyof typeof DONE_WORDS,
  changed: {
    readonly done: number;
    readonly nothingToDo: number;
    readonly sending: number;
    readonly settled: number;
    readonly officer: number;
    readonly authorsTold: number;
  },
): string {
  const lines = [
    `${deliveries(changed.done)} ${DONE_WORDS[action]}.`,
    ...(changed.sending > 0
      ? [`${deliveries(changed.sending)} left alone: being sent now. Look again in a moment.`]
      : []),
    ...(changed.settled > 0 ? [`${deliveries(changed.settled)} left alone: ended before.`] : []),
    ...(changed.officer > 0
      ? [
          `${deliveries(changed.officer)} left alone: over a limit of the author, only the security officer lets it out or stops it, by the link in the mail that asked.`,
        ]
      : []),
    ...(changed.nothingToDo > 0 ? [`${deliveries(changed.nothingToDo)} left alone: nothing to do.`] : []),
    ...(action === 'cancel' ? [`Mails to authors that say so: ${changed.authorsTold}.`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function deliveries(count: number): string {
  return count === 1 ? '1 delivery' : `${count} deliveries`;
}

const MEANING: Readonly<Record<FailureKind, string>> = {
  'no-such-mailbox': 'the address does not exist there',
  'mailbox-closed': 'the mailbox takes no mail',
  'mailbox-full': 'the mailbox is full',
  'no-such-domain': 'the domain has no mail server, or its name could not be looked up',
  'bad-address': 'the other server does not understand the address',
  refused: 'the other server does not want this mail',
  'not-authenticated': 'the other server does not believe who sends it (SPF, DKIM, DMARC)',
  'too-large': 'too large for the other server',
  'no-connection': 'no connection to the other server',
  'no-tls': 'the other server could not prove who it is, or encryption failed',
  'timed-out': 'the other server did not answer in time',
  loop: 'the mail goes round in circles',
  'not-supported': 'the other server lacks something that this mail needs',
  busy: 'the other server has no room or no time now',
  unknown: 'no reason that we know',
};

function replyCode(reply: string): number | null {
  const code = /^[245]\d\d/u.exec(reply)?.[0];
  return code === undefined ? null : Number(code);
}

/** The facts as they were recorded, without what is empty. */
function tlsWords(json: string): string {
  try {
    const facts = JSON.parse(json) as Record<string, unknown>;
    return Object.entries(facts)
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', ');
  } catch {
    return 'not readable';
  }
}

function moment(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 19).concat(' UTC');
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `in 3 hours`, `2 minutes ago`, `now`. */
function fromNow(ms: number | null, nowMs: number): string {
  if (ms === null) return '';
  const away = Math.abs(ms - nowMs);
  const [unit, size] = UNITS.find(([, length]) => away >= length) ?? ['second', 1_000];
  const count = Math.round(away / size);
  if (count === 0) return 'now';
  const amount = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return ms > nowMs ? `in ${amount}` : `${amount} ago`;
}
