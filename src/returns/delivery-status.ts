/**
 * The part of a report that machines read (RFC 3464 section 2, RFC 6533): a group of fields about the message, then
 * one for each recipient. Everything in it is the word of whoever sent it.
 */
import { firstValue, parseHeaderFields } from '#src/mime/header-fields.ts';

import { reportedAddresses } from './recipient-address.ts';
import { cleanReply, enhancedStatus, statusInReply } from './server-reply.ts';

export const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;
export type Action = (typeof ACTIONS)[number];

export interface StatusGroup {
  /** Canonical addresses that Final-Recipient and Original-Recipient may mean; empty where neither can be read. */
  readonly addresses: readonly string[];
  readonly action: Action;
  readonly status: string | null;
  /** `550 5.1.1 No such user`; null where no server's reply is quoted. */
  readonly reply: string | null;
  /** Name of the server that said so. */
  readonly remoteHost: string | null;
}

const MAX_GROUPS = 1_000;

/** The groups about recipients; one without an action that can be read is left out. */
export function parseDeliveryStatus(body: Buffer): StatusGroup[] {
  const text = body.toString('latin1').replaceAll(/\r?\n/gu, '\r\n');
  const groups: StatusGroup[] = [];
  for (const block of text.split(/(?:\r\n){2,}/u, MAX_GROUPS)) {
    const group = parseGroup(Buffer.from(block, 'latin1'));
    if (group !== null) groups.push(group);
  }
  return groups;
}

function parseGroup(block: Buffer): StatusGroup | null {
  const fields = parseHeaderFields(block);
  const value = (name: string): string | undefined => utf8(firstValue(fields, name));
  const addresses = ['original-recipient', 'final-recipient'].map((name) => value(name));
  const stated = enhancedStatus(value('status'));
  const action = readAction(value('action'));
  if (action === null) return null;
  const reply = smtpReply(value('diagnostic-code'));
  return {
    addresses: [
      ...new Set(addresses.flatMap((field) => (field === undefined ? [] : reportedAddresses(field)))),
    ],
    action,
    status: stated ?? statusInReply(reply),
    reply,
    remoteHost: hostName(value('remote-mta')),
  };
}

function utf8(latin1: string | undefined): string | undefined {
  return latin1 === undefined ? undefined : Buffer.from(latin1, 'latin1').toString('utf8');
}

function readAction(value: string | undefined): Action | null {
  const word = /^[a-z]+/u.exec((value ?? '').toLowerCase())?.[0];
  return ACTIONS.find((action) => action === word) ?? null;
}

/** Only what a server said over SMTP; other types are words of the reporting program (RFC 3464 section 2.3.6). */
function smtpReply(value: string | undefined): string | null {
  const text = /^\s*smtp\s*;(.*)$/isu.exec(value ?? '')?.[1];
  const reply = text === undefined ? '' : cleanReply(text);
  return reply === '' ? null : reply;
}

function hostName(value: string | undefined): string | null {
  const name = /^\s*(?:dns\s*;)?\s*([a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?)/iu.exec(value ?? '')?.[1];
  return name ?? null;
}
