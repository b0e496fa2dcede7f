/** Whether a mail answers one that was protected: then it is protected too, although nobody typed the code. */
import { hashMessageCode } from '#src/accounts/link-tokens.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import type { HeaderField } from '#src/mime/scan-result.ts';
import { findMessageCodes } from '#src/protection/secure-message/message-code.ts';
import type { Database } from '#src/storage/database.ts';

import { decodeSubjects, threadIds } from './gather-facts.ts';
import { threadHash } from './message-rows.ts';

/** By the Message-IDs it answers, or by a message code in its subject: people's mail programs lose the first. */
export async function answersSecuredThread(
  { database, keys }: { readonly database: Pick<Database, 'query'>; readonly keys: KeyProvider },
  fields: readonly HeaderField[],
): Promise<boolean> {
  const ids = threadIds(fields).map((id) => threadHash(keys, id));
  if (ids.length > 0) {
    const known = await database.query
      .selectFrom('secured_threads')
      .select('messageId')
      .where('messageIdHash', 'in', ids)
      .limit(1)
      .executeTakeFirst();
    if (known !== undefined) return true;
  }
  const codes = decodeSubjects(fields).texts.flatMap((subject) => findMessageCodes(subject));
  if (codes.length === 0) return false;
  const hashes = codes.map((code) => hashMessageCode(keys, code));
  const named = await database.query
    .selectFrom('recipients')
    .select('id')
    .where('messageCodeHash', 'in', hashes)
    .limit(1)
    .executeTakeFirst();
  return named !== undefined;
}
