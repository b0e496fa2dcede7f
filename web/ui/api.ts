/**
 * Requests to the portal. A failed request is an ApiFailure with the server's stable code; `offline` where no answer
 * came. Nothing is cached or stored.
 */
import type { Octets } from '../reader/crypto/octets.ts';

export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  /** Further fields of the error, such as `triesLeft` and `retryAfterSeconds`. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: string, status: number, details: Readonly<Record<string, unknown>> = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** A whole number of the details, or null. */
  number(name: string): number | null {
    const value = this.details[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }
}

/** Called with every 401 of a request that needs a session; the session module sets it. */
let whenSignedOut: () => void = () => {};
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

/** How far the server's clock is ahead of this device's, in ms; people's clocks are wrong. */
let serverAheadMs = 0;
export function serverNow(): number {
  return Date.now() + serverAheadMs;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

async function failureOf(response: Response): Promise<ApiFailure> {
  let body: unknown = null;
  try {
    body = await response.json();
  } catch {
    // Not JSON: a proxy's page; its status is all we know.
  }
  const details = isRecord(body) ? body : {};
  const code = typeof details['code'] === 'string' ? details['code'] : `http-${response.status}`;
  return new ApiFailure(code, response.status, details);
}

async function request(method: string, path: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      // Signing out is finished although the page is closed at once.
      keepalive: method === 'DELETE',
      ...(method === 'GET'
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
    });
  } catch {
    throw new ApiFailure('offline', 0);
  }
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date)) serverAheadMs = date - Date.now();
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (failure.code === 'session-needed') whenSignedOut();
  throw failure;
}

/** JSON in, JSON out; `undefined` where the answer has no body. Throws ApiFailure. */
export async function call<Answer>(
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await request(method, path, body);
  try {
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  } catch {
    throw new ApiFailure('offline', 0);
  }
}

/** Octets of a GET. Throws ApiFailure. */
export async function fetchOctets(path: string): Promise<Octets> {
  const response = await request('GET', path);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new ApiFailure('offline', 0);
  }
}
