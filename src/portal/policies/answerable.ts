/**
 * Which message a reader may answer on the site: one that they opened, that they may open still, and whose author can
 * be reached inside. Who may be answered is read from the message's own index, not from the request.
 */
import { openStream } from '#src/sealing/sealed-object.ts';
import type { MessageIndex } from '#src/sealing/message-index.ts';
import { Refusal } from '#src/http/refusal.ts';
import type { DraftOwner } from '#src/replies/drafts.ts';

import { requireReadableCopy } from '../endpoints/open-message.ts';
import type { PortalContext } from '../portal-context.ts';
import { requireManifest, unwrapContentKey } from './content-key.ts';
import type { ReadableCopy } from './access.ts';
import type { Reader } from './reader.ts';
import { findObject } from './stored-content.ts';

export interface Answerable {
  readonly reader: Reader;
  readonly copy: ReadableCopy;
  readonly owner: DraftOwner;
  /** Raw address of the author, who is inside. */
  readonly author: string;
}

/**
 * Throws what `requireReadableCopy` throws; Refusal 409 `not-opened`; 403 `no-reply` where nobody inside would get
 * the answer, or its author wants none.
 */
export async function requireAnswerable(
  portal: PortalContext,
  reader: Reader,
  messageId: string,
): Promise<Answerable> {
  const copy = await requireReadableCopy(portal, reader, messageId);
  if (copy.recipient.firstOpenedAt === null) {
    throw new Refusal(409, 'not-opened', 'Please read the message first.');
  }
  const author = copy.message.authorAddress;
  // Whoever reads for somebody else does not write in that person's name.
  if (author === null || copy.leave !== null || copy.recipient.noReply === 1)
    throw new Refusal(403, 'no-reply', 'This message can not be answered here.');
  const owner = { accountId: reader.account.id, recipientId: copy.recipient.id, messageId: copy.message.id };
  return { reader, copy, owner, author };
}

/** The index of the message, for its subject and the fields To and Cc. Throws SealBroken. */
export async function readIndex(portal: PortalContext, { reader, copy }: Answerable): Promise<MessageIndex> {
  const manifest = requireManifest(portal, copy);
  const contentKey = await unwrapContentKey(portal, reader, copy, manifest);
  try {
    const object = await findObject(portal, copy);
    const stream = await openStream('index', {
      organizationId: manifest.organizationId,
      messageId: copy.message.id,
      contentKey,
      layout: manifest.streams,
      read: (offset, length) => portal.objects.read(object, offset, length),
    });
    const bytes = await stream.readRange(0, stream.plaintextLength);
    return JSON.parse(bytes.toString('utf8')) as MessageIndex;
  } finally {
    contentKey.fill(0);
  }
}
