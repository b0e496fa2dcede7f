/** How the author is called: the name in the sealed From field, if that field is really about the verified address. */
import { displayText } from './safe-name.ts';

/** `from` as the index has it: `Dr. Ana Ruiz <ana@clinic.example>`. Falls back to the address. */
export function authorName(
  author: { readonly name: string; readonly address: string },
  from: string,
): string {
  if (author.name.trim() !== '') return displayText(author.name.trim(), 120);
  const match = /^\s*"?(.*?)"?\s*<([^<>]+)>\s*$/s.exec(from);
  const sameAddress = (match?.[2] ?? '').trim().toLowerCase() === author.address.toLowerCase();
  const name = sameAddress ? displayText((match?.[1] ?? '').replace(/\\(.)/g, '$1').trim(), 120) : '';
  // A name that looks like another address would pass for it.
  return name === '' || name.includes('@') ? displayText(author.address) : name;
}
