/**
 * What an author asks for when sending, beside protection: until when a secure message can be read, by when it should
 * have been read, that it can't be answered, that its first opening needs a word given by telephone. Pure data and
 * what follows from it; where the words stand is `wish-words.ts` and `wish-fields.ts`.
 */
import { resolveDay, type WishedDay } from './wish-days.ts';

export type WishName = 'expires' | 'read-by' | 'no-reply' | 'verify';

/** Why a word that was there was not followed as it stood. Never the word itself: it may be part of the subject. */
export type WishProblem =
  /** No day stands behind it, or one that can be read two ways. */
  | 'no-day'
  /** The day is over. */
  | 'day-past'
  /** Messages are not kept that long. */
  | 'day-too-late'
  /** One letter away from the word. `verify` counts all the same: that is the safe side. */
  | 'misspelled';

export interface UnmetWish {
  readonly name: WishName;
  readonly why: WishProblem;
}

/** As they were written. */
export interface StatedWishes {
  readonly expires: WishedDay | null;
  readonly readBy: WishedDay | null;
  readonly noReply: boolean;
  readonly verify: boolean;
  readonly unmet: readonly UnmetWish[];
}

/** With days of the calendar (`2026-12-31`), each the whole of it. */
export interface Wishes {
  readonly expiresOn: string | null;
  readonly readByDay: string | null;
  readonly noReply: boolean;
  readonly verify: boolean;
  readonly unmet: readonly UnmetWish[];
}

export const NOTHING_STATED: StatedWishes = {
  expires: null,
  readBy: null,
  noReply: false,
  verify: false,
  unmet: [],
};

export const NO_WISHES: Wishes = {
  expiresOn: null,
  readByDay: null,
  noReply: false,
  verify: false,
  unmet: [],
};

/** Days of both together; where both give one the first counts. */
export function joinWishes(first: StatedWishes, second: StatedWishes): StatedWishes {
  return {
    expires: first.expires ?? second.expires,
    readBy: first.readBy ?? second.readBy,
    noReply: first.noReply || second.noReply,
    verify: first.verify || second.verify,
    unmet: [...first.unmet, ...second.unmet],
  };
}

/** `today` and `lastDay`, on which the content is destroyed, as days of the organisation's calendar. */
export function resolveWishes(
  stated: StatedWishes,
  { today, lastDay }: { readonly today: string; readonly lastDay: string },
): Wishes {
  const unmet: UnmetWish[] = [...stated.unmet];
  const dayOf = (name: WishName, wished: WishedDay | null): string | null => {
    if (wished === null) return null;
    const day = resolveDay(wished, today);
    const why = day === null ? 'no-day' : day < today ? 'day-past' : day > lastDay ? 'day-too-late' : null;
    if (why === null) return day;
    unmet.push({ name, why });
    return null;
  };
  return {
    expiresOn: dayOf('expires', stated.expires),
    readByDay: dayOf('read-by', stated.readBy),
    noReply: stated.noReply,
    verify: stated.verify,
    unmet,
  };
}
