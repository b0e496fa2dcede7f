/** Opens the entries of the message list: author and subject without opening the message itself. */
import type { ListedMessage } from '../ui/api-types.ts';
import { CHUNK_OCTETS, HEADER_OCTETS, TAG_OCTETS, openStream } from './crypto/cobblestone.ts';
import { keyId, listEntryContext, pageReleaseInfo } from './crypto/contexts.ts';
import { DamagedMessage } from './crypto/damaged.ts';
import { openSealed, type PageKeyPair } from './crypto/hpke-open.ts';
import { concat, fromBase64Url, type Octets } from './crypto/octets.ts';
import { parseJson } from './message-index.ts';
import { decodeText } from './transfer-decoding.ts';

export interface ListEntry {
  readonly author: string;
  readonly subject: string;
}

/** Who asks: what the released list key is bound to. */
export interface ListReader {
  readonly organizationId: string;
  readonly accountId: string;
  readonly pageKey: PageKeyPair;
}

/** Throws DamagedMessage. */
export async function openListEntry(message: ListedMessage, reader: ListReader): Promise<ListEntry> {
  const ids = { organizationId: reader.organizationId, messageId: message.id };
  const info = pageReleaseInfo('list-key', ids, reader.accountId, await keyId(reader.pageKey.publicPoint));
  const { enc, ciphertext } = message.listKey;
  const sealed = { enc: fromBase64Url(enc), ciphertext: fromBase64Url(ciphertext) };
  const listKey = await openSealed(reader.pageKey, sealed, info);
  const plaintext = await openWhole(listKey, listEntryContext(ids), fromBase64Url(message.listEntry));
  listKey.fill(0);
  return entryOf(parseJson(decodeText(plaintext, 'utf-8')));
}

/** A whole ciphertext at once, where no one else knows its length: the length of the final chunk proves it. */
async function openWhole(contentKey: Octets, context: Octets, whole: Octets): Promise<Octets> {
  const sealedChunk = CHUNK_OCTETS + TAG_OCTETS;
  const chunkOctets = whole.length - HEADER_OCTETS;
  const full = Math.floor(chunkOctets / sealedChunk);
  const plaintextLength = full * CHUNK_OCTETS + (chunkOctets - full * sealedChunk - TAG_OCTETS);
  if (chunkOctets < TAG_OCTETS || plaintextLength < full * CHUNK_OCTETS) throw new DamagedMessage();
  const header = whole.slice(0, HEADER_OCTETS);
  const opener = await openStream({ contentKey, header, context, plaintextLength });
  const chunks: Octets[] = [];
  for (let number = 0; number <= full; number++) {
    const start = HEADER_OCTETS + number * sealedChunk;
    chunks.push(await opener.openChunk(number, whole.slice(start, start + sealedChunk)));
  }
  return concat(...chunks);
}

function entryOf(json: unknown): ListEntry {
  if (typeof json !== 'object' || json === null) throw new DamagedMessage();
  const { version, author, subject } = json as Readonly<Record<string, unknown>>;
  if (version !== 1 || typeof author !== 'string' || typeof subject !== 'string') throw new DamagedMessage();
  return { author, subject };
}
