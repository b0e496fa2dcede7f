/**
 * `GET /api/messages/:id/streams/:stream/header` and `…/chunks/:n?count=k`: ciphertext, in numbered chunks. Every
 * request passes the gate that opening passes, so that a lock or the end of the time stops also someone who kept
 * a key. Causes no receipt.
 */
import { Type } from '@fastify/type-provider-typebox';

import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';
import { HEADER_BYTES, SEALED_CHUNK_BYTES } from '#src/sealing/chunked-encryption.ts';
import { STREAM_NAMES, type StreamLayout } from '#src/sealing/layout.ts';

import { requireManifest } from '../policies/content-key.ts';
import type { Copy } from '../policies/copy.ts';
import { requireReader } from '../policies/reader.ts';
import { findObject } from '../policies/stored-content.ts';
import type { PortalContext } from '../portal-context.ts';
import { errors } from '../wire.ts';
import { requireReadableCopy } from './open-message.ts';

/** A mebibyte at once. */
const MAX_CHUNKS = 64;

const StreamParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  stream: Type.Union(STREAM_NAMES.map((name) => Type.Literal(name))),
});
const ChunkParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  stream: Type.Union(STREAM_NAMES.map((name) => Type.Literal(name))),
  chunk: Type.String({ pattern: '^(0|[1-9][0-9]{0,8})$' }),
});
const ChunkQuery = Type.Object({ count: Type.Optional(Type.String({ pattern: '^[1-9][0-9]?$' })) });
const OCTETS = 'application/octet-stream';
/** Described as JSON Schema has it for octets; a Buffer is sent as it is. */
const Octets = Type.Unsafe<Buffer>({ type: 'string', format: 'binary' });

export function addChunkEndpoints(app: HttpApp, portal: PortalContext): void {
  app.get('/api/messages/:id/streams/:stream/header', {
    schema: {
      summary: 'Salt and key commitment of a stream',
      params: StreamParams,
      response: { 200: Octets, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      const copy = await requireReadableCopy(portal, reader, request.params.id);
      const layout = requireManifest(portal, copy).streams[request.params.stream];
      void reply.type(OCTETS);
      return readStream(portal, copy, layout, { start: 0, end: HEADER_BYTES });
    },
  });

  app.get('/api/messages/:id/streams/:stream/chunks/:chunk', {
    schema: {
      summary: 'Encrypted chunks of a stream',
      params: ChunkParams,
      querystring: ChunkQuery,
      response: { 200: Octets, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      const copy = await requireReadableCopy(portal, reader, request.params.id);
      const layout = requireManifest(portal, copy).streams[request.params.stream];
      const first = Number(request.params.chunk);
      const count = Math.min(Number(request.query.count ?? '1'), MAX_CHUNKS);
      const start = HEADER_BYTES + first * SEALED_CHUNK_BYTES;
      void reply.type(OCTETS);
      return readStream(portal, copy, layout, { start, end: start + count * SEALED_CHUNK_BYTES });
    },
  });
}

/** Ciphertext from `start` to `end` of a stream, or to where the stream ends. */
async function readStream(
  portal: PortalContext,
  copy: Copy,
  layout: StreamLayout,
  range: { start: number; end: number },
): Promise<Buffer> {
  const end = Math.min(range.end, layout.length);
  if (range.start >= end) throw new Refusal(404, 'not-found', 'There is no such chunk.');
  const object = await findObject(portal, copy);
  return portal.objects.read(object, layout.offset + range.start, end - range.start);
}
