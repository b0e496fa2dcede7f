/** The author as the portal may show them: the mailbox only, because names of people are not kept in clear. */
import type { Copy } from '../policies/copy.ts';

export function presentAuthor(copy: Copy): { name: string; address: string } {
  return { name: '', address: copy.message.fromAddress ?? copy.message.authorAddress ?? '' };
}
