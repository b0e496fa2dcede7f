/** The languages that pages and mails to recipients have, and which of them a request asks for. */
import type { FastifyRequest } from 'fastify';

import type { Locale } from '#src/notification/mail-site.ts';

export const LANGUAGES = ['en', 'es'] as const satisfies readonly Locale[];

/** Kept by the page itself where somebody chose a language. */
const CHOSEN_COOKIE = 'language';

/** The language in which a page is first shown: as its address says, as was chosen in this browser, the browser's. */
export function languageOfPage(request: FastifyRequest, fallback: Locale): Locale {
  const inAddress = new URLSearchParams(request.url.split('?')[1] ?? '').get('lang');
  const asked = languageNamed(inAddress ?? '') ?? languageNamed(request.cookies[CHOSEN_COOKIE] ?? '');
  return languageOf(request, asked, fallback);
}

/** The language of the page that sent the request: as it says, else the browser's first that we have. */
export function languageOf(request: FastifyRequest, asked: Locale | undefined, fallback: Locale): Locale {
  if (asked !== undefined) return asked;
  const wanted = (request.headers['accept-language'] ?? '').slice(0, 200).toLowerCase().split(',');
  for (const tag of wanted) {
    const found = languageNamed(tag.trim());
    if (found !== undefined) return found;
  }
  return fallback;
}

/** `es-MX` → `es`, with whatever weight follows; undefined: none that we have. */
function languageNamed(tag: string): Locale | undefined {
  const short = tag.toLowerCase().split(/[-;]/u)[0];
  return LANGUAGES.find((language) => language === short);
}
