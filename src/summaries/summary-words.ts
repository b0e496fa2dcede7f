/** From rows to what the summary mail says: which messages, and what each recipient's copy has come to. Pure. */
import type { SummaryMessage, SummaryRecipient, SummaryState } from '#src/notification/summary.ts';

import type { CopyRow, NewsRow } from './waiting-news.ts';

export interface ToTell {
  readonly news: readonly NewsRow[];
  readonly copies: ReadonlyMap<string, readonly CopyRow[]>;
  /** Unformatted message code of a message for its author; null where its recipients have different ones. */
  codeOf(copyIds: readonly string[]): string | null;
  pageOf(messageId: string): string | null;
}

/** One for each message that still has a row, oldest first. */
export function messagesToTell({ news, copies, codeOf, pageOf }: ToTell): readonly SummaryMessage[] {
  const byMessage = Map.groupBy(news, ({ messageId }) => messageId);
  return [...byMessage].flatMap(([messageId, rows]) => {
    const [first] = rows;
    const of = copies.get(messageId) ?? [];
    if (first === undefined || of.length === 0) return [];
    const readers = new Map(
      rows.flatMap(({ recipientId, reader }) => (recipientId === null ? [] : [[recipientId, reader]])),
    );
    const outside = of.filter(({ protection }) => protection !== 'internal');
    const shown = outside.length > 0 ? outside : of;
    return [
      {
        sentMs: first.acceptedAt,
        isNew: rows.some(({ kind }) => kind === 'secured'),
        openings: rows.filter(({ kind }) => kind === 'opened').length,
        recipients: shown.map((copy) => recipientToTell(copy, readers.get(copy.id) ?? null)),
        messageCode: codeOf(
          of.filter(({ protection }) => protection === 'secure-message').map(({ id }) => id),
        ),
        pageUrl: pageOf(messageId),
      },
    ];
  });
}

function recipientToTell(copy: CopyRow, reader: string | null): SummaryRecipient {
  return { address: copy.address, state: stateOf(copy), openedMs: copy.firstOpenedAt, reader };
}

/** What went wrong was told when it did; here it keeps a line from saying that it went well. */
function stateOf({ state, protection }: CopyRow): SummaryState {
  switch (state) {
    case 'held':
      return 'held';
    case 'cancelled':
      return 'not-sent';
    case 'failed':
    case 'expired':
    case 'returned':
      return 'failed';
    case 'queued':
    case 'notified':
    case 'handed-over':
    case 'opened':
      return isKnownWay(protection) ? protection : 'opportunistic-tls';
  }
}

const WAYS: readonly string[] = ['secure-message', 'verified-tls', 'encrypted-by-author', 'internal'];

function isKnownWay(protection: string): protection is Exclude<SummaryState, 'held' | 'failed' | 'not-sent'> {
  return WAYS.includes(protection);
}
