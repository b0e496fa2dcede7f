/**
 * Tags with which other products are told to encrypt, and which a newcomer types here out of habit. They mean
 * nothing to us, and that is the danger: the author believes the mail to be protected. The names form a closed
 * list, so that what an author answered about one can be remembered without storing a subject.
 */
import { isOneSlipAway } from './subject-words.ts';

/** What a tag says, words separated by one blank. */
const TAGS: ReadonlySet<string> = tagSet(
  'secure|secured|secure mail|secure email|secure e mail|secure message|securemail|secureemail|securemessage',
  'encrypt|encrypted|encryption|encrypt this|encrypt message|encryptmail|send encrypted|sendencrypted',
  'zix|zixmail|zixsecure|virtru',
  'seguro|cifrado|cifrar|encriptar|encriptado|correo seguro|correo cifrado|envio seguro',
);

/** Tags that also count without brackets, when only a colon or a dash sets them off at an end. */
const BARE_TAGS: ReadonlySet<string> = tagSet(
  'secure|secure mail|secure email|securemail|secure message|encrypt|encrypted|send encrypted',
  'cifrado|cifrar|encriptar',
);

/** In brackets or between signs, one of these with one wrong letter is a tag too. */
const MISTYPED_TAGS = ['secure', 'encrypt', 'encrypted'] as const;

const BRACKETED = /[[({<]([^[\](){}<>]{2,40})[\])}>]/gu;
/** `#secure#`, `*encrypt*`, `%secure%`, `-secure-`: the same kind of sign on both sides, standing alone. */
const BETWEEN_SIGNS = /(?<=^|\s)([#*%!~=|+-])\1{0,2}([\p{L} ]{2,20})\1{1,3}(?=$|[\s:])/gu;
const HASHED = /(?<=^|\s)#(\p{L}{2,20})(?=$|[\s:;,.!?])/gu;
const BARE_START = /^\s{0,8}([\p{L} ]{3,20}?)\s?(?::|[–—|-](?=\s))/u;
const BARE_END = /\s[:–—|-]\s?([\p{L} ]{3,20})$/u;

export interface VendorTag {
  /** From the closed list; safe to store. */
  readonly tag: string;
  /** As written. */
  readonly text: string;
}

/** Every tag in the core of a subject (answer and forward marks taken off), in order. Linear. */
export function findVendorTags(core: string): VendorTag[] {
  const found: VendorTag[] = [];
  const add = (content: string, text: string, tags: ReadonlySet<string>) => {
    const said = tagName(content);
    const tag = tags.has(said) ? said : tags === TAGS ? mistypedTag(said) : undefined;
    if (tag !== undefined) found.push({ tag, text: text.trim() });
  };
  for (const match of core.matchAll(BRACKETED)) add(match[1] ?? '', match[0], TAGS);
  for (const match of core.matchAll(BETWEEN_SIGNS)) add(match[2] ?? '', match[0], TAGS);
  for (const match of core.matchAll(HASHED)) add(match[1] ?? '', match[0], TAGS);
  const start = BARE_START.exec(core);
  if (start) add(start[1] ?? '', start[0], BARE_TAGS);
  const end = BARE_END.exec(core.slice(-40));
  if (end) add(end[1] ?? '', end[0], BARE_TAGS);
  if (core.length <= 40) add(core, core, BARE_TAGS);
  return found;
}

function tagName(content: string): string {
  return content
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .trim();
}

function mistypedTag(said: string): string | undefined {
  return MISTYPED_TAGS.find((meant) => isOneSlipAway(said, meant));
}

function tagSet(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split('|')));
}
