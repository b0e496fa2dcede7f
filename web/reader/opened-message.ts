/**
 * One message opened in this page: its content key, its index and its parts on demand. The index and the text come
 * first and cost a few kilobytes; an attachment is fetched only when asked for. `close` drops the key and whatever
 * was opened; nothing is stored anywhere.
 */
import type { OpenedMessageJson } from '../ui/api-types.ts';
import {
  COMMITMENT_OCTETS,
  HEADER_OCTETS,
  SALT_OCTETS,
  SEALED_CHUNK_OCTETS,
  chunkCount,
} from './crypto/cobblestone.ts';
import {
  keyId,
  pageReleaseInfo,
  streamContext,
  type MessageIds,
  type StreamName,
} from './crypto/contexts.ts';
import { DamagedMessage } from './crypto/damaged.ts';
import { openSealed, type PageKeyPair } from './crypto/hpke-open.ts';
import { equalOctets, fromBase64Url, type Octets } from './crypto/octets.ts';
import { SealedStream, type ChunkTransport } from './crypto/sealed-stream.ts';
import { parseIndex, type MessageIndex, type PartIndex } from './message-index.ts';
import { decodeText, transferDecoder } from './transfer-decoding.ts';

/** Derived streams up to this many chunks are fetched beside the index: the text is likely there. */
const PRELOADED_CHUNKS = 2;

export interface OpenedMessage {
  readonly index: MessageIndex;
  part(path: string): PartIndex | null;
  partByContentId(contentId: string): PartIndex | null;
  text(path: string): Promise<string>;
  /** Decoded octets of a part, piece by piece. */
  read(part: PartIndex): AsyncGenerator<Octets, void, undefined>;
  /** The whole mail as it was sent, piece by piece. */
  readMail(): AsyncGenerator<Octets, void, undefined>;
  /** Forgets the key and all plaintext; every later reading fails. */
  close(): void;
}

/** `transportOf`: of the streams that did not come with the key. Throws DamagedMessage or what the transport throws. */
export async function openMessage(
  answer: OpenedMessageJson,
  messageId: string,
  pageKey: PageKeyPair,
  transportOf: (stream: StreamName) => ChunkTransport,
): Promise<OpenedMessage> {
  if (answer.messageId !== messageId) throw new DamagedMessage();
  const ids: MessageIds = { organizationId: answer.organizationId, messageId };
  const info = pageReleaseInfo('content-key', ids, answer.accountId, await keyId(pageKey.publicPoint));
  const sealed = {
    enc: fromBase64Url(answer.contentKey.enc),
    ciphertext: fromBase64Url(answer.contentKey.ciphertext),
  };
  const contentKey = await openSealed(pageKey, sealed, info);
  const streams = new Map<StreamName, SealedStream>();
  for (const name of ['index', 'content', 'derived'] as const) {
    const layout = answer.layout[name];
    const sentAlong = answer.streams[name];
    const source = sentAlong === undefined ? transportOf(name) : heldTransport(fromBase64Url(sentAlong));
    const transport = checkedTransport(source, fromBase64Url(layout.commitment));
    const { plaintextLength } = layout;
    streams.set(
      name,
      new SealedStream({ contentKey, context: streamContext(name, ids), plaintextLength, transport }),
    );
  }
  const derived = streamNamed(streams, 'derived');
  if (derived.plaintextLength > 0 && chunkCount(derived.plaintextLength) <= PRELOADED_CHUNKS) {
    // Only saves a round trip: what fails here fails again, and is told, when the text is read.
    derived.preload(PRELOADED_CHUNKS).catch(() => {});
  }
  const index = await readIndex(streams);
  return opened(index, streams, () => {
    contentKey.fill(0);
    streams.clear();
  });
}

/** A stream that came whole with the key. Too short an answer is found by who opens it. */
function heldTransport(octets: Octets): ChunkTransport {
  return {
    header: () => Promise.resolve(octets.slice(0, HEADER_OCTETS)),
    chunks(first, count) {
      const start = HEADER_OCTETS + first * SEALED_CHUNK_OCTETS;
      return Promise.resolve(octets.slice(start, start + count * SEALED_CHUNK_OCTETS));
    },
  };
}

/** The commitment in the stream's header must be the one that the signed layout names. */
function checkedTransport(transport: ChunkTransport, commitment: Octets): ChunkTransport {
  return {
    async header() {
      const header = await transport.header();
      const found = header.subarray(SALT_OCTETS, SALT_OCTETS + COMMITMENT_OCTETS);
      if (!equalOctets(found, commitment)) throw new DamagedMessage();
      return header;
    },
    chunks: (first, count) => transport.chunks(first, count),
  };
}

function streamNamed(streams: ReadonlyMap<StreamName, SealedStream>, name: StreamName): SealedStream {
  const stream = streams.get(name);
  if (stream === undefined) throw new DamagedMessage();
  return stream;
}

async function readIndex(streams: ReadonlyMap<StreamName, SealedStream>): Promise<MessageIndex> {
  const stream = streamNamed(streams, 'index');
  const index = parseIndex(decodeText(await stream.readAll(0, stream.plaintextLength), 'utf-8'));
  const agree =
    index.contentLength === streamNamed(streams, 'content').plaintextLength &&
    index.derivedLength === streamNamed(streams, 'derived').plaintextLength;
  if (!agree) throw new DamagedMessage();
  return index;
}

function opened(
  index: MessageIndex,
  streams: ReadonlyMap<StreamName, SealedStream>,
  close: () => void,
): OpenedMessage {
  async function* read(part: PartIndex): AsyncGenerator<Octets, void, undefined> {
    const decoder = transferDecoder(part.transferEncoding);
    const { stream, start, end } = part.source;
    for await (const piece of streamNamed(streams, stream).read(start, end)) yield decoder.push(piece);
    yield decoder.finish();
  }

  async function text(path: string): Promise<string> {
    const part = index.parts.find((candidate) => candidate.path === path);
    if (part === undefined) throw new DamagedMessage();
    if (part.text !== null) {
      const { stream, start, end } = part.text;
      return decodeText(await streamNamed(streams, stream).readAll(start, end), 'utf-8');
    }
    const pieces: Octets[] = [];
    for await (const piece of read(part)) pieces.push(piece);
    return decodeText(new Uint8Array(await new Blob(pieces).arrayBuffer()), part.charset);
  }

  return {
    index,
    part: (path) => index.parts.find((part) => part.path === path) ?? null,
    partByContentId: (contentId) => index.parts.find((part) => part.contentId === contentId) ?? null,
    text,
    read,
    readMail() {
      const content = streamNamed(streams, 'content');
      return content.read(0, content.plaintextLength);
    },
    close,
  };
}
