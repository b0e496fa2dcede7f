/**
 * Our mark: a header field on everything we relay or write, with a keyed hash over queue id, Message-ID, domain and
 * day. Mail that comes back with a valid mark is never decided again (a loop); an invalid one is removed, so that
 * nobody can type a way past the policy.
 */
import { equalBytes, lengthPrefixed } from '#src/base/bytes.ts';
import { DAY_MS } from '#src/base/clock.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

export const MARK_FIELD = 'X-SendSecure-Mark';
const FORM = /^v1 ([0-9A-Z]{26}) ([a-z0-9.-]{1,255}) (\d{1,6}) ([\w-]{43})$/u;
/** Mail older than this is taken for a new one; queues give up after five days. */
const VALID_DAYS = 30;

interface MarkFacts {
  readonly queueId: string;
  /** With angle brackets as it stands; empty where the mail has none. */
  readonly messageIdField: string;
  /** Our domain, A-labels. */
  readonly domain: string;
}

/** The value of the field. */
export function makeMark(keys: Pick<KeyProvider, 'mac'>, facts: MarkFacts, nowMs: number): string {
  const day = Math.floor(nowMs / DAY_MS);
  const hash = markHash(keys, facts, day).toString('base64url');
  return `v1 ${facts.queueId} ${facts.domain} ${day} ${hash}`;
}

/** True where `value` is a mark that we made for a mail with this Message-ID in the last 30 days. */
export function isOurMark(
  keys: Pick<KeyProvider, 'mac'>,
  value: string,
  messageIdField: string,
  nowMs: number,
): boolean {
  const match = FORM.exec(value.trim());
  if (match === null) return false;
  const [, queueId = '', domain = '', dayText = '', hash = ''] = match;
  const day = Number(dayText);
  const today = Math.floor(nowMs / DAY_MS);
  if (day > today + 1 || day < today - VALID_DAYS) return false;
  return equalBytes(markHash(keys, { queueId, messageIdField, domain }, day), Buffer.from(hash, 'base64url'));
}

function markHash(keys: Pick<KeyProvider, 'mac'>, facts: MarkFacts, day: number): Buffer {
  return keys.mac('mark', lengthPrefixed(facts.queueId, facts.messageIdField, facts.domain, String(day)));
}
