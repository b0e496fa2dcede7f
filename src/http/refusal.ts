/**
 * What a handler throws to refuse a request. The body of every refusal is `{ code, message }` plus the few numbers
 * that the page needs (tries left, seconds to wait); it never holds a stack, a path, SQL or what the client sent.
 */
import { CodedError } from '#src/base/coded-error.ts';

export class Refusal extends CodedError {
  readonly status: number;
  /** Further numbers of the body. */
  readonly details: Readonly<Record<string, number>>;

  constructor(status: number, code: string, message: string, details: Readonly<Record<string, number>> = {}) {
    super(code, message);
    this.status = status;
    this.details = details;
  }
}

/** The one answer to whatever was not foreseen. */
export const INTERNAL_ERROR = {
  code: 'internal-error',
  message: 'Something went wrong here. Please try again in a moment.',
} as const;

/** Words for the refusals that the server makes before a handler runs, by status. */
export const GENERIC_REFUSALS: ReadonlyMap<number, { readonly code: string; readonly message: string }> =
  new Map([
    [400, { code: 'bad-request', message: 'The request is not of the form that is expected here.' }],
    [403, { code: 'cross-site', message: 'The request did not come from this site.' }],
    [404, { code: 'not-found', message: 'There is nothing here.' }],
    [408, { code: 'too-slow', message: 'The request took too long to arrive.' }],
    [413, { code: 'too-large', message: 'The request is larger than what is accepted here.' }],
    [414, { code: 'too-large', message: 'The address of the request is too long.' }],
    [415, { code: 'not-json', message: 'Requests must be application/json.' }],
    [421, { code: 'unknown-host', message: 'This server does not answer for that host name.' }],
    [431, { code: 'too-large', message: 'The header of the request is too large.' }],
    [503, { code: 'unavailable', message: 'This service is not available for a moment. Please try again.' }],
  ]);

export function genericRefusal(status: number): { readonly code: string; readonly message: string } {
  return GENERIC_REFUSALS.get(status) ?? { code: 'bad-request', message: 'The request can not be answered.' };
}
