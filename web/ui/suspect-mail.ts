/** What is sent of a doubtful mail: the words and the links behind them, or the octets of a file. Nothing is opened. */
import { toBase64Url, type Octets } from '../reader/crypto/octets.ts';
import { ApiFailure } from './api.ts';

/** As the portal takes them. */
export const MAX_MAIL_BYTES = 256 * 1024;

/** Tags that lead somewhere, out of what a mail program put on the clipboard; a text box shows only words. */
export function linksOfClipboard(html: string): string {
  return (html.match(/<(?:a|area|form)\s[^<>]*>/gi) ?? []).join('\n');
}

/** Throws ApiFailure `mail-missing` or `mail-too-large`. */
export async function octetsToCheck(file: File | null, words: string, links: string): Promise<string> {
  const octets: Octets =
    file === null
      ? new TextEncoder().encode(links === '' ? words : `${words}\n${links}`)
      : file.size > MAX_MAIL_BYTES
        ? tooLarge()
        : new Uint8Array(await file.arrayBuffer());
  if (file === null ? words.trim() === '' : octets.length === 0) throw new ApiFailure('mail-missing', 0);
  return octets.length > MAX_MAIL_BYTES ? tooLarge() : toBase64Url(octets);
}

function tooLarge(): never {
  throw new ApiFailure('mail-too-large', 0);
}
