/** What a link says about its message before anybody has signed in: from whom, when, kept until when. */
import type { LinkFacts } from '../api-types.ts';
import { formatDate, formatDateTime, texts } from '../locale/locale.ts';
import { MailAddress } from '../parts/mail-address.tsx';

/** Without a name the address stands below; a heading made of it would break in mid-word on a phone. */
export function linkTitle(facts: LinkFacts): string {
  const t = texts().link;
  return facts.author.name.trim() === '' ? t.title : t.titleFrom(facts.author.name);
}

export function authorName(author: { readonly name: string; readonly address: string }): string {
  return author.name.trim() === '' ? author.address : author.name;
}

export function MessageFacts({ facts }: { readonly facts: LinkFacts }) {
  const t = texts();
  return (
    <dl class="facts">
      <dt>{t.from}</dt>
      <dd>
        {facts.author.name === '' ? (
          <MailAddress address={facts.author.address} />
        ) : (
          <>
            {facts.author.name}{' '}
            <span class="aside">
              <MailAddress address={facts.author.address} />
            </span>
          </>
        )}
      </dd>
      <dt>{t.sent}</dt>
      <dd>{formatDateTime(facts.sentAt)}</dd>
      <dt>{t.keptUntil}</dt>
      <dd>{formatDate(facts.keptUntil)}</dd>
    </dl>
  );
}
