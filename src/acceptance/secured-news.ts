/**
 * *Secured* for an author who chose one summary a day: kept for it instead of mailed. What needs the author never waits:
 * somebody's copy that is held or was not sent, and words behind the code that were not understood.
 */
import { mailChoiceOf } from '#src/summaries/mail-choice.ts';
import { gatherNews, type GatherTools } from '#src/summaries/gathered-news.ts';
import type { Statement } from '#src/storage/database.ts';

import type { TimedMessage } from './accept-message.ts';
import { NOTHING_ASKED } from './asked-at-sending.ts';
import { securedTo } from './author-mails.ts';

/** Null: it goes as a mail of its own, or nobody is told. */
export async function gatherSecured(message: TimedMessage, tools: GatherTools): Promise<Statement | null> {
  const author = securedTo(message);
  if (author === null || needsAuthor(message)) return null;
  if ((await mailChoiceOf(tools.database, author.canonical)) === 'single') return null;
  const { queueId: messageId, acceptedAt: happenedAt } = message;
  return gatherNews(tools, { kind: 'secured', authorCanonical: author.canonical, messageId, happenedAt });
}

function needsAuthor({ decided, asked = NOTHING_ASKED }: TimedMessage): boolean {
  if (asked.unmet.length > 0) return true;
  return decided.some(({ decision }) => decision.action !== 'relay' && decision.action !== 'protect');
}
