/**
 * A held message goes out as it is: its author, signed in, says that no protection was meant. Everything is decided
 * anew, with the policy of now and the header as it came: where anything but the slip of the code asks for protection,
 * or the header can't be read, nothing goes out this way. Only prepares; the caller commits. Runs where the spool can
 * be opened.
 */
import type { Selectable } from 'kysely';

import { CodedError } from '#src/base/coded-error.ts';
import { parseMailAddress } from '#src/base/mail-address.ts';
import { headerBlockEnd, parseHeaderFields } from '#src/mime/header-fields.ts';
import { isUrgent } from '#src/mime/message-facts.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { decide } from '#src/policy/decide.ts';
import type { Decision } from '#src/policy/facts.ts';
import { openSpoolWrap } from '#src/protection/spool-wrap.ts';
import { insertDeliveries, type NewDelivery } from '#src/queue/new-delivery.ts';
import type { SealedObjectLayout } from '#src/sealing/layout.ts';
import { openStream } from '#src/sealing/sealed-object.ts';
import { encodeXtext } from '#src/smtp/xtext.ts';
import { exactlyOne, statement, type Statement } from '#src/storage/database.ts';
import { storedObject } from '#src/storage/object-columns.ts';
import type { RecipientsTable } from '#src/storage/tables.ts';

import { answersSecuredThread } from './answers-secured-thread.ts';
import { gatherFacts } from './gather-facts.ts';
import type { HeldMessage } from './held-message.ts';
import { endHold } from './hold-statements.ts';
import type { HoldsOptions } from './release-hold.ts';
import { requireWaiting } from './secure-later.ts';

/** Of a mail that we take; see acceptance. */
const MAX_HEADER_BYTES = 256 * 1024;

type Recipient = Selectable<RecipientsTable>;

/**
 * The statements that send it; null: something else asks for protection. Throws RowForged, CodedError
 * `spool-wrap-missing`, `content-destroyed`, `header-unreadable`, or what opening the wrap throws.
 */
export async function prepareSendingAsItIs(
  options: HoldsOptions,
  held: HeldMessage,
  staffId: string,
): Promise<readonly Statement[] | null> {
  for (const recipient of held.recipients) requireWaiting(options.keys, recipient, 'others');
  const header = await readHeader(options, held.message);
  const decisions = await decideAnew(options, held, header);
  if (!decisions.every(asksForNothing)) return null;
  const { database, keys, clock, audit } = options;
  const urgent = isUrgent(header);
  const deliveries = held.recipients.map((recipient) => relayOf(held.message, recipient, urgent));
  return [
    ...endHold(options, held, 'queued', 'author-sent-as-it-is'),
    ...held.recipients.flatMap((recipient) => [
      markRelayed(options, recipient),
      audit.entry({
        event: 'recipient-sent-as-it-is',
        messageId: held.message.id,
        recipientId: recipient.id,
        facts: { address: recipient.canonicalAddress, by: staffId },
      }),
    ]),
    ...insertDeliveries(database.query, keys, clock, deliveries),
  ];
}

/** The question itself, or nothing at all: a partner's channel, a rule, a thread are more than that. */
function asksForNothing(decision: Decision): boolean {
  return (
    decision.action === 'hold' || (decision.action === 'relay' && decision.protection === 'opportunistic-tls')
  );
}

async function decideAnew(
  options: HoldsOptions,
  { message, recipients }: HeldMessage,
  header: readonly HeaderField[],
): Promise<readonly Decision[]> {
  const { policy } = options.settings();
  const facts = gatherFacts(header, null, {
    reversePath: message.reversePath,
    carriesOurMark: false,
    answersSecuredThread: await answersSecuredThread(options, header),
    authorOutside: false,
    submitterIsMachine: false,
    ruleFieldNames: policy.headerRules.map(({ field }) => field),
    internalDomains: policy.internalDomains,
  });
  return recipients.map(({ canonicalAddress }) => {
    const domain = parseMailAddress(canonicalAddress)?.domain ?? '';
    return decide(facts, { address: canonicalAddress, domain }, policy);
  });
}

async function readHeader(
  { keys, objects }: HoldsOptions,
  message: HeldMessage['message'],
): Promise<readonly HeaderField[]> {
  const { kid, wrap } = message;
  if (kid === null || wrap === null)
    throw new CodedError('spool-wrap-missing', 'the spool holds no key for this message');
  const object = storedObject(message);
  if (object === null) throw new CodedError('content-destroyed', 'the content of this message is gone');
  const ids = { organizationId: keys.publicKeys().organizationId, messageId: message.id };
  const contentKey = await openSpoolWrap(keys, wrap, kid, ids);
  try {
    const content = await openStream('content', {
      contentKey,
      ...ids,
      layout: JSON.parse(message.layout) as SealedObjectLayout,
      read: (offset, length) => objects.read(object, offset, length),
    });
    const start = await content.readRange(0, Math.min(MAX_HEADER_BYTES, content.plaintextLength));
    const end = headerBlockEnd(start);
    if (end < 0) throw new CodedError('header-unreadable', 'the header of this message has no end');
    return parseHeaderFields(start.subarray(0, end));
  } finally {
    contentKey.fill(0);
  }
}

function relayOf(message: HeldMessage['message'], recipient: Recipient, urgent: boolean): NewDelivery {
  const address = parseMailAddress(recipient.address);
  if (address === null) throw new CodedError('address-invalid', 'a held recipient has no valid address');
  const { dsnOriginalRecipient: original } = recipient;
  return {
    messageId: message.id,
    recipientId: recipient.id,
    kind: 'relay',
    reversePath: message.reversePath,
    recipient: address.raw,
    domain: address.domain,
    route: 'outside',
    tlsRequirement: message.requireTls === 1 ? 'requiretls' : null,
    urgent,
    range: null,
    dsnNotify: recipient.dsnNotify,
    dsnOriginalRecipient: original === null ? null : encodeXtext(original),
  };
}

function markRelayed({ database }: HoldsOptions, { id }: Recipient): Statement {
  return statement(
    database.query
      .updateTable('recipients')
      .set({ protection: 'opportunistic-tls', linkMac: null })
      .where('id', '=', id)
      .where('linkTokenHash', 'is', null),
    exactlyOne,
  );
}
