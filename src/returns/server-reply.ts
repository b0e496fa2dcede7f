/**
 * What a server said, taken out of a report that anybody may have written: one line of ASCII, short, and without
 * addresses of web pages, because it is shown to the author.
 */

const MAX_REPLY_CHARACTERS = 300;
const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/u;

export function cleanReply(text: string): string {
  const line = text
    .replaceAll(/(?:https?:\/\/|www\.)\S*/giu, '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[^\x20-\x7e]/gu, '?');
  return line.trim().slice(0, MAX_REPLY_CHARACTERS).trim();
}

/** A status code of RFC 3463 at the beginning of the value of a Status field. */
export function enhancedStatus(value: string | undefined): string | null {
  const code = /^\s*(\d\.\d+\.\d+)/u.exec(value ?? '')?.[1];
  return code !== undefined && ENHANCED.test(code) ? code : null;
}

/** The enhanced status code within a reply line: `550 5.1.1 …`, `550-5.1.1 …`, `550 #5.1.0 …`. */
export function statusInReply(reply: string | null): string | null {
  return enhancedStatus(/\b[45]\d\d[ -]#?([45]\.\d{1,3}\.\d{1,3})\b/u.exec(reply ?? '')?.[1]);
}
