/** A mail as its readers take it apart: raw header fields, parts, words. For tests only. */
import type { WrittenMail } from '#src/notification/written-mail.ts';

export interface RawPart {
  readonly header: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

/** Header fields unfolded, by lower-case name, with every occurrence. */
export function splitEntity(text: string): RawPart {
  const end = text.indexOf('\r\n\r\n');
  const header = new Map<string, string[]>();
  for (const field of text
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/gu, '')
    .split('\r\n')) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon).toLowerCase();
    header.set(name, [...(header.get(name) ?? []), field.slice(colon + 1).trim()]);
  }
  return { header, body: text.slice(end + 4) };
}

export function readRaw(mail: WrittenMail): RawPart {
  return splitEntity(mail.bytes.toString('utf8'));
}

/** The parts of a multipart, by its own boundary. */
export function splitParts(part: RawPart): RawPart[] {
  const boundary = /boundary="([^"]+)"/u.exec(part.header.get('content-type')?.[0] ?? '')?.[1] ?? '';
  const pieces = `\r\n${part.body}`.split(`\r\n--${boundary}`);
  return pieces
    .slice(1)
    .filter((piece) => !piece.startsWith('--'))
    .map((piece) => splitEntity(piece.slice(2)));
}

/** Text of the HTML as a reader sees it: no head, no comments for other programs, references decoded. */
export function textOfHtml(html: string): string {
  return html
    .replace(/<head>.*<\/head>/su, '')
    .replaceAll(/<!--.*?-->/gsu, '')
    .replaceAll(/<wbr\s*>/gu, '')
    .replaceAll(/<[^>]*>/gu, ' ')
    .replaceAll(/&#(\d+);/gu, (_, number: string) => String.fromCodePoint(Number(number)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** Words and addresses in their order; bullets, rules and white space are form. */
export function wordsOf(text: string): string[] {
  return text
    .split(/\s+/u)
    .filter((word) => word !== '-' && !/^-{10,}$/u.test(word))
    .map((word) => word.replace(/:$/u, ''))
    .filter((word) => word !== '');
}
