/**
 * Header fields with which applications ask for what people write behind the code. They say something about a secure
 * message, so a mail with one of them is protected; they are settings between its author and us and never go on.
 */
import { comparableForm } from './subject-code.ts';
import { findDay } from './wish-days.ts';
import { joinWishes, NOTHING_STATED, type StatedWishes } from './wishes.ts';

export const WISH_FIELDS = {
  expires: 'x-sendsecure-expires',
  'read-by': 'x-sendsecure-read-by',
  'no-reply': 'x-sendsecure-no-reply',
  verify: 'x-sendsecure-verify',
} as const;

export const WISH_FIELD_NAMES: ReadonlySet<string> = new Set(Object.values(WISH_FIELDS));

const DENIED: ReadonlySet<string> = new Set(['no', 'false', 'off', '0']);

/** `lowerName`: name of a field; `value`: decoded. Fields that are none of these are passed over. */
export function readFieldWishes(
  fields: readonly { readonly lowerName: string; readonly value: string }[],
): StatedWishes {
  return fields.reduce<StatedWishes>(
    (stated, field) => joinWishes(stated, readField(field.lowerName, comparableForm(field.value).trim())),
    NOTHING_STATED,
  );
}

function readField(lowerName: string, value: string): StatedWishes {
  switch (lowerName) {
    case WISH_FIELDS.expires:
      return withDay('expires', value);
    case WISH_FIELDS['read-by']:
      return withDay('read-by', value);
    case WISH_FIELDS['no-reply']:
      return { ...NOTHING_STATED, noReply: !DENIED.has(value) };
    case WISH_FIELDS.verify:
      return { ...NOTHING_STATED, verify: !DENIED.has(value) };
    default:
      return NOTHING_STATED;
  }
}

function withDay(name: 'expires' | 'read-by', value: string): StatedWishes {
  const found = findDay(value, 0);
  if (found === null || found.end !== value.length)
    return { ...NOTHING_STATED, unmet: [{ name, why: 'no-day' }] };
  return { ...NOTHING_STATED, ...(name === 'expires' ? { expires: found.day } : { readBy: found.day }) };
}
