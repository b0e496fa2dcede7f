/**
 * Asks the server for a message's content key, released to a fresh key of this page. The server records it as opened,
 * whatever the page does with it then.
 */
import { call, fetchOctets } from '../ui/api.ts';
import type { OpenedMessageJson } from '../ui/api-types.ts';
import { noteSignedIn, session } from '../ui/session.ts';
import type { StreamName } from './crypto/contexts.ts';
import type { ChunkTransport } from './crypto/sealed-stream.ts';
import { openMessage, type OpenedMessage } from './opened-message.ts';
import { makePageKey, toPageKeyJson } from './page-key.ts';

export interface ReleasedMessage {
  readonly facts: OpenedMessageJson;
  readonly message: OpenedMessage;
}

function transportOf(messageId: string): (stream: StreamName) => ChunkTransport {
  return (stream) => {
    const base = `/api/messages/${encodeURIComponent(messageId)}/streams/${stream}`;
    return {
      header: () => fetchOctets(`${base}/header`),
      chunks: (first, count) => fetchOctets(`${base}/chunks/${first}?count=${count}`),
    };
  };
}

/** Throws ApiFailure, DamagedMessage. */
export async function releaseMessage(messageId: string): Promise<ReleasedMessage> {
  const pageKey = await makePageKey();
  const path = `/api/messages/${encodeURIComponent(messageId)}/open`;
  const facts = await call<OpenedMessageJson>('POST', path, { pageKey: toPageKeyJson(pageKey) });
  if (session.peek()?.signedIn !== true) noteSignedIn();
  return { facts, message: await openMessage(facts, messageId, pageKey, transportOf(messageId)) };
}
