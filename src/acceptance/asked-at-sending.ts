/**
 * What the author asked for beside protection, gathered from the words behind the code, from header fields and from
 * rules, with days of the organisation's calendar turned into moments. It holds for the recipients who get a secure
 * message, now or at the end of a hold.
 */
import { dayAt, endOfDay } from '#src/base/calendar-day.ts';
import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { rulesAskForVerify } from '#src/policy/decide.ts';
import type { MessageFacts } from '#src/policy/facts.ts';
import { readFieldWishes, WISH_FIELD_NAMES } from '#src/policy/wish-fields.ts';
import { readSubjectWishes } from '#src/policy/wish-words.ts';
import { joinWishes, NOTHING_STATED, resolveWishes, type UnmetWish } from '#src/policy/wishes.ts';
import { fieldValues } from '#src/mime/header-fields.ts';

import type { AcceptanceSettings } from './settings.ts';

export interface AskedAtSending {
  /** The copies can't be opened from then on (ms); null: as long as the message is kept. */
  readonly expiresAt: number | null;
  /** The author is told of who has not opened it by then (ms). */
  readonly readBy: number | null;
  readonly noReply: boolean;
  /** The first opening needs what the author tells by telephone. */
  readonly verify: boolean;
  readonly unmet: readonly UnmetWish[];
}

export const NOTHING_ASKED: AskedAtSending = {
  expiresAt: null,
  readBy: null,
  noReply: false,
  verify: false,
  unmet: [],
};

/** `now`: ms. */
export function gatherAsked(
  header: readonly HeaderField[],
  facts: MessageFacts,
  { policy, site, keepMs }: Pick<AcceptanceSettings, 'policy' | 'site' | 'keepMs'>,
  now: number,
): AskedAtSending {
  const fields = [...WISH_FIELD_NAMES].flatMap((lowerName) =>
    fieldValues(header, lowerName).map((value) => ({ lowerName, value: decodeHeaderText(value).text })),
  );
  const stated = facts.subjects
    .map((subject) => readSubjectWishes(subject, policy.furtherCodes).stated)
    .reduce(joinWishes, NOTHING_STATED);
  const days = { today: dayAt(now, site.timeZone), lastDay: dayAt(now + keepMs, site.timeZone) };
  const wishes = resolveWishes(joinWishes(stated, readFieldWishes(fields)), days);
  const endOf = (day: string | null): number | null => (day === null ? null : endOfDay(day, site.timeZone));
  return {
    expiresAt: endOf(wishes.expiresOn),
    readBy: endOf(wishes.readByDay),
    noReply: wishes.noReply,
    verify: wishes.verify || rulesAskForVerify(facts, policy),
    unmet: wishes.unmet,
  };
}
