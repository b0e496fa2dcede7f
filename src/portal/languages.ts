/** The languages that pages and mails to recipients have, and which of them a request asks for. */
import type { FastifyRequest } from 'fastify';

import type { Locale } from '#src/notification/mail-site.ts';

export const LANGUAGES = ['en', 'es'] as const satisfies readonly Locale[];

/** The language of the page that sent the request: as it says, else the browser's first that we have. */
export function languageOf(request: FastifyRequest, asked: Locale | undefined, fallback: Locale): Locale {
  if (asked !== undefined) return asked;
  const wanted = (request.headers['accept-language'] ?? '').slice(0, 200).toLowerCase().split(',');
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag.trim().split(/[-;]/u)[0] === language);
    if (found !== undefined) return found;
  }
  return fallback;
}
