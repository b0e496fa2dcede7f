/** What closed a copy, as its recipient may know it. */
import { Type } from '@fastify/type-provider-typebox';

import type { Closure } from '../policies/closure.ts';
import { timestamp, Timestamp } from '../wire.ts';

export const Closed = Type.Object({
  state: Type.Union([Type.Literal('locked'), Type.Literal('expired'), Type.Literal('needs-release')]),
  at: Timestamp,
  by: Type.Union([Type.Literal('author'), Type.Literal('recipient'), Type.Literal('organization')]),
  /** Its content is destroyed: only a new message helps. */
  gone: Type.Boolean(),
  mayAsk: Type.Boolean(),
  request: Type.Union([
    Type.Literal('none'),
    Type.Literal('asked'),
    Type.Literal('granted'),
    Type.Literal('declined'),
  ]),
  askedAt: Type.Union([Timestamp, Type.Null()]),
});

export function presentClosure({ at, askedAt, ...closure }: Closure) {
  return { ...closure, at: timestamp(at), askedAt: askedAt === null ? null : timestamp(askedAt) };
}
