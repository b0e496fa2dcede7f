/** The header block of a relayed mail, for the third part of a report (RFC 3462 section 2). */
import { headerBlockEnd } from '#src/mime/header-fields.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';

import type { OutgoingContent } from './outgoing-content.ts';

const MAX_RETURNED_BYTES = 64 * 1024;

/** Null where the content can't be opened any more: the report goes out without it. */
export async function originalHeader(
  content: OutgoingContent,
  delivery: DeliveryRow,
): Promise<Buffer | null> {
  try {
    const message = await content.open(delivery.messageId);
    const start = await message.content.readRange(
      0,
      Math.min(MAX_RETURNED_BYTES, message.content.plaintextLength),
    );
    const end = headerBlockEnd(start);
    return end < 0 ? null : start.subarray(0, end);
  } catch {
    return null;
  }
}
