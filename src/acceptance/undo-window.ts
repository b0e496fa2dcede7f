/**
 * The undo window: notices wait a moment, and until then their author can take the message back. The mail *Secured* leads
 * to the page; its token names the message and is made from the token key, so that there is nothing to store.
 */
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { messageOfToken, messageTokenOf } from '#src/keys/message-token.ts';
import type { MailToSend } from '#src/queue/written-mails.ts';

import type { TimedMessage } from './accept-message.ts';

/** Until when (ms) the message can be taken back; null: nobody could, or nothing waits. */
export function undoUntil(message: TimedMessage): number | null {
  const { author, facts, settings, acceptedAt, decided } = message;
  if (settings.undoMs === 0 || author.told === null || facts.automatic !== null) return null;
  // What waits for the officer is announced later, when nobody expects to undo it.
  if (message.officerHold != null) return null;
  const isSecured = decided.some(({ decision }) => decision.action === 'protect');
  return isSecured ? acceptedAt + settings.undoMs : null;
}

export function waitForUndo(notice: MailToSend, until: number | null): MailToSend {
  return until === null ? notice : { ...notice, notBefore: until };
}

export function undoTokenOf(keys: Pick<KeyProvider, 'mac'>, messageId: string): string {
  return messageTokenOf(keys, 'undo token', messageId);
}

/** The id of the message; null for a token that we did not mail. */
export function messageOfUndoToken(keys: Pick<KeyProvider, 'mac'>, token: string): string | null {
  return messageOfToken(keys, 'undo token', token);
}
