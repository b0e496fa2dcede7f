/** Whose a message is: the gate before everything that shows or changes one. */
import type { FastifyRequest } from 'fastify';

import { findMessage, type DeskReading, type FoundMessage } from '#src/desk/find-messages.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';

import { viewerOf } from './account-routes.ts';

/** Canonical addresses that the viewer has proven. */
export function ownAddresses(request: FastifyRequest): readonly string[] {
  return viewerOf(request).addresses.map(({ canonicalAddress }) => canonicalAddress);
}

/** Throws Refusal 404 for what is not the viewer's, as for what does not exist; RowForged. */
export async function requireOwnMessage(
  desk: DeskReading,
  request: FastifyRequest,
  id: string,
): Promise<FoundMessage> {
  const message = await findMessage(desk, ownAddresses(request), id);
  if (message === null) throw notFound();
  return message;
}

/** Throws RowForged. */
export async function isOwnMessage(desk: DeskReading, request: FastifyRequest, id: string): Promise<boolean> {
  return (await findMessage(desk, ownAddresses(request), id)) !== null;
}

export function notFound(): Refusal {
  const { code, message } = genericRefusal(404);
  return new Refusal(404, code, message);
}
