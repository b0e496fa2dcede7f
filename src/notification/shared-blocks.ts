/** Phrases and blocks that several mails have in common. */
import type { Catalog } from './catalog/catalog.ts';
import { type Block, heading, link, note, paragraph } from './compose/block.ts';
import { cleanName, cleanText, shownAddress } from './compose/clean-text.ts';
import type { HelpLine, Person } from './mail-site.ts';

const MAX_URL_CHARACTERS = 600;
const MAX_PHONE_CHARACTERS = 60;
const MAX_SUBJECT_ADDRESS_CHARACTERS = 80;

/** The display name, or the address where there is no name that differs from it. */
export function shownName(person: Person): string {
  const name = cleanName(person.name);
  return name === '' ? shownAddress(person.address) : name;
}

/** Name and address: a name alone could be anybody's. */
export function shownPerson(person: Person): string {
  const name = cleanName(person.name);
  const address = shownAddress(person.address);
  return name === '' || name.toLowerCase() === address.toLowerCase() ? address : `${name} <${address}>`;
}

/** Recipients in a subject: the first, and how many more. */
export function shownRecipients(catalog: Catalog, addresses: readonly string[]): string {
  const first = cleanText(shownAddress(addresses[0] ?? ''), MAX_SUBJECT_ADDRESS_CHARACTERS);
  return addresses.length > 1 ? catalog.andMore({ first, more: addresses.length - 1 }) : first;
}

/** An address of ours as it may stand in text and in a link: visible characters without spaces. */
export function shownUrl(url: string): string {
  return cleanText(url, MAX_URL_CHARACTERS).replaceAll(' ', '%20');
}

/** What a mail program would make a link of. */
const LINK_LIKE = /\S*(?::\/\/|www\.|@)\S*|\S+\.[a-z]{2,}(?:[/:?#]\S*)?(?![\p{L}\p{N}])/giu;

/** A stranger's words, which stand under the organisation's name: nothing in them can be followed. */
export function withoutLinks(text: string): string {
  return text.replaceAll(LINK_LIKE, '[…]');
}

/** What a stranger wrote, below `lead`; nothing where they wrote nothing. */
export function quotation(lead: string, text: string, maxCharacters: number): Block[] {
  const clean = withoutLinks(cleanText(text, maxCharacters));
  return clean === '' ? [] : [paragraph(lead), note(`“${clean}”`)];
}

/** How an author asks for less mail. */
export function choiceBlocks(catalog: Catalog, choiceUrl: string | null): Block[] {
  if (choiceUrl === null) return [];
  return [heading(catalog.summary.choiceTitle), link(catalog.summary.choiceSummary, shownUrl(choiceUrl))];
}

export function helpBlocks(catalog: Catalog, help: HelpLine): Block[] {
  const blocks = [heading(catalog.help.title), link(catalog.help.page, shownUrl(help.url))];
  if (help.phone === null) return blocks;
  const phone = cleanText(help.phone, MAX_PHONE_CHARACTERS);
  const hours = help.hours === null ? '' : cleanText(help.hours, MAX_PHONE_CHARACTERS);
  const words = hours === '' ? catalog.help.phone({ phone }) : catalog.help.phoneWithHours({ phone, hours });
  return [...blocks, paragraph(words)];
}
