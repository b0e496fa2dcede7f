/**
 * A mail body compiled once and filled many times: the notice is written for every recipient of every message, and
 * most of it never changes. Sections are listed with slots (private-use characters, which no cleaned value holds)
 * where values go; what holds no slot is wrapped, escaped and encoded only once.
 */
import type { Section } from './block.ts';
import { ALTERNATIVE_CLOSES, ALTERNATIVE_HEADER, HTML_PART_OPENS, type MimeContent } from './mail.ts';
import { TEXT_PART_OPENS } from './mail.ts';
import { quotedPrintable } from './quoted-printable.ts';
import { escapeAttribute, escapeText, renderHtml } from './render-html.ts';
import { renderBlock, RULE } from './render-text.ts';

const FIRST_SLOT = 0xe000;
const SLOTS = /[\ue000-\ue0ff]/u;
const EVERY_SLOT = /[\ue000-\ue0ff]/gu;
const ESCAPED_SLOT = /&#(57[3-6]\d\d);/u;

/** The place of a value in the words of a template; at most 256. */
export function slot(index: number): string {
  return String.fromCodePoint(FIRST_SLOT + index);
}

/** Fills a template. Values stand by the index of their slot; they must be cleaned (clean-text.ts). */
export type Template = (values: readonly string[]) => MimeContent;

export function compileTemplate(documentTitle: string, sections: readonly Section[]): Template {
  const text = compileText(sections);
  const html = compileHtml(renderHtml(documentTitle, sections));
  return (values) => ({
    header: ALTERNATIVE_HEADER,
    body: `${TEXT_PART_OPENS}${text(values)}${HTML_PART_OPENS}${html(values)}${ALTERNATIVE_CLOSES}`,
  });
}

type Filler = (values: readonly string[]) => string;

function compileText(sections: readonly Section[]): Filler {
  const pieces: (string | Filler)[] = [];
  const addFixed = (encoded: string): void => {
    const last = pieces.at(-1);
    if (typeof last === 'string') pieces[pieces.length - 1] = last + encoded;
    else pieces.push(encoded);
  };
  for (const [index, section] of sections.entries()) {
    if (index > 0) addFixed(`\r\n\r\n${RULE}\r\n\r\n`);
    for (const [position, block] of section.blocks.entries()) {
      if (position > 0) addFixed('\r\n\r\n');
      if (SLOTS.test(JSON.stringify(block))) {
        pieces.push((values) => quotedPrintable(renderBlock(block, (words) => fill(words, values))));
      } else addFixed(quotedPrintable(renderBlock(block)));
    }
  }
  addFixed('\r\n');
  return (values) => pieces.map((piece) => (typeof piece === 'string' ? piece : piece(values))).join('');
}

/** Every value begins its own line, and the next one starts behind it: long values stay below 998 octets. */
function compileHtml(html: string): Filler {
  const lines = html.replaceAll(/ ?(&#57[3-6]\d\d;)([^ <]*) ?/gu, (found, mark: string, after: string) => {
    const before = found.startsWith(' ') ? '\r\n' : '';
    return `${before}${mark}${after}${found.endsWith(' ') ? '\r\n' : ''}`;
  });
  // Odd pieces are the numbers of the slots.
  const pieces = lines.split(ESCAPED_SLOT);
  const inAttribute = pieces.map((_, index) => pieces[index - 1]?.endsWith('href="') === true);
  return (values) => {
    let filled = pieces[0] ?? '';
    for (let index = 1; index < pieces.length; index += 2) {
      const value = values[Number(pieces[index]) - FIRST_SLOT] ?? '';
      filled +=
        (inAttribute[index] === true ? escapeAttribute(value) : escapeText(value)) +
        (pieces[index + 1] ?? '');
    }
    return filled;
  };
}

function fill(words: string, values: readonly string[]): string {
  return words.replaceAll(EVERY_SLOT, (mark) => values[(mark.codePointAt(0) ?? 0) - FIRST_SLOT] ?? '');
}
