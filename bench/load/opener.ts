/**
 * The load of the open row: registers one recipient through the portal's own API, then opens messages at a fixed
 * rate, each in two requests as the page does: the key, then the index stream. A process of its own.
 */
import { createECDH } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

import { answerRequests } from './child.ts';
import { nowMs } from './clock.ts';

export type OpenerRequest =
  /** Registers with the link of a notice; the code comes from the staff listener's captured mails. */
  | {
      readonly kind: 'register';
      readonly portalPort: number;
      readonly consolePort: number;
      readonly to: string;
    }
  | { readonly kind: 'open'; readonly messageIds: readonly string[]; readonly perSecond: number };

export interface OpenerAnswer {
  /** Milliseconds from the first request to the last octet of the index, one each. */
  readonly openMs: readonly number[];
  readonly failures: number;
  readonly failure: string | null;
}

const CODE_WITHIN_MS = 10_000;
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
const cookies = new Map<string, string>();
const pageKey = createECDH('prime256v1').generateKeys().toString('base64url');
let portalPort = 0;

interface Response {
  readonly status: number;
  readonly body: Buffer;
}

function ask(method: 'GET' | 'POST', path: string, body?: unknown, port = portalPort): Promise<Response> {
  const origin = `http://localhost:${port}`;
  const headers: Record<string, string> = { origin };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (cookies.size > 0)
    headers['cookie'] = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: 'localhost', port, path, method, headers, agent }, (response) => {
      for (const line of response.headers['set-cookie'] ?? []) {
        const [name = '', value = ''] = line.split(';', 1)[0]?.split('=') ?? [];
        cookies.set(name, value);
      }
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces) }));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

interface CapturedMail {
  readonly kind: string;
  readonly to: string;
  readonly link: string | null;
  readonly code: string | null;
}

async function captured(port: number, kind: string, to: string): Promise<CapturedMail> {
  const end = nowMs() + CODE_WITHIN_MS;
  while (nowMs() < end) {
    const { body } = await ask('GET', '/captured.json', undefined, port);
    const { mails } = JSON.parse(body.toString()) as { mails: readonly CapturedMail[] };
    const found = mails.find((mail) => mail.kind === kind && mail.to === to);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${kind} mail was captured`);
}

async function register(consolePort: number, to: string): Promise<void> {
  const notice = await captured(consolePort, 'notice', to);
  const token = notice.link?.split('/m/')[1] ?? '';
  await expect(ask('POST', `/api/links/${token}/code`, {}));
  const { code } = await captured(consolePort, 'code', to);
  await expect(ask('POST', `/api/links/${token}/code/verify`, { code }));
  const password = 'four horses trot home quietly';
  await expect(ask('POST', '/api/registration/password', { password, locale: 'en' }));
}

async function expect(answer: Promise<Response>): Promise<Response> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`the portal answered ${status}: ${body.toString().slice(0, 200)}`);
  return { status, body };
}

async function openOne(messageId: string): Promise<void> {
  const { body } = await expect(ask('POST', `/api/messages/${messageId}/open`, { pageKey }));
  const { streams } = JSON.parse(body.toString()) as { streams: { index?: string } };
  if (streams.index !== undefined) return;
  await expect(ask('GET', `/api/messages/${messageId}/streams/index/header`));
  await expect(ask('GET', `/api/messages/${messageId}/streams/index/chunks/0`));
}

async function openAll(messageIds: readonly string[], perSecond: number): Promise<OpenerAnswer> {
  const openMs: number[] = [];
  let failures = 0;
  let failure: string | null = null;
  const startMs = nowMs();
  await Promise.all(
    messageIds.map(async (messageId, index) => {
      const dueMs = startMs + (index * 1000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - nowMs())));
      const sentMs = nowMs();
      try {
        await openOne(messageId);
        openMs.push(nowMs() - sentMs);
      } catch (error) {
        failures += 1;
        failure ??= error instanceof Error ? error.message : String(error);
      }
    }),
  );
  return { openMs, failures, failure };
}

answerRequests<OpenerRequest, OpenerAnswer>(async (request) => {
  if (request.kind === 'open') return openAll(request.messageIds, request.perSecond);
  portalPort = request.portalPort;
  await register(request.consolePort, request.to);
  return { openMs: [], failures: 0, failure: null };
});
