/** Schemas that several endpoints share. Times are ISO 8601 in UTC, byte strings base64url. */
import { Type, type TSchema } from '@fastify/type-provider-typebox';

import type { Locale } from '#src/notification/mail-site.ts';

import { LANGUAGES } from './languages.ts';

/** Request bodies: what is not named is refused. */
export function body<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

export const ErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  triesLeft: Type.Optional(Type.Integer()),
  retryAfterSeconds: Type.Optional(Type.Integer()),
  /** Position of a file, from 1. */
  file: Type.Optional(Type.Integer()),
});

/** The answers that any endpoint may give besides its own. */
export const errors = { '4xx': ErrorBody, '5xx': ErrorBody };

export const DraftId = Type.String({ minLength: 1, maxLength: 64 });
export const Nothing = Type.Object({});
export const Timestamp = Type.String();
export const Author = Type.Object({ name: Type.String(), address: Type.String() });
export const SealedKey = Type.Object({ enc: Type.String(), ciphertext: Type.String() });
export const State = Type.Union([
  Type.Literal('ready'),
  Type.Literal('locked'),
  Type.Literal('expired'),
  Type.Literal('needs-release'),
  Type.Literal('needs-code'),
]);

export const TokenParams = Type.Object({ token: Type.String({ minLength: 1, maxLength: 200 }) });
export const MessageParams = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

// Generous, so that it is the rules for passwords that answer, in words; 128 code points are at most 512 bytes.
export const Password = Type.String({ maxLength: 2_000 });
export const Code = Type.String({ maxLength: 64 });
export const Address = Type.String({ maxLength: 400 });
export const LocaleTag = Type.Unsafe<Locale>(Type.Union(LANGUAGES.map((language) => Type.Literal(language))));
/** IANA name, such as `America/Chicago`. */
export const TimeZone = Type.String({ minLength: 1, maxLength: 64 });
/** How somebody wants pages shown, and mails written. */
export const Preferences = Type.Object({
  language: LocaleTag,
  /** Null: as the browser has it. */
  timeZone: Type.Union([TimeZone, Type.Null()]),
  largerText: Type.Boolean(),
});
/** The sign-in before the last one; null: there was none. */
export const PreviousSignIn = Type.Union([
  Type.Object({ at: Timestamp, browser: Type.String() }),
  Type.Null(),
]);
/** Uncompressed P-256 point, 65 bytes. */
export const PageKey = Type.String({ pattern: '^[A-Za-z0-9_-]{87}$' });

/** What an authenticator app needs: base32 for typing, the address in the QR code. */
export const TotpInvitation = Type.Object({ secret: Type.String(), uri: Type.String() });
/** What `navigator.credentials` wants, as the library writes it. */
export const PasskeyOptions = Type.Object({}, { additionalProperties: true });

export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}
