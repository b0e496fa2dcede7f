/** S46: which policy holds, when, and what survives failures (RFC 8461). */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { DAY_MS, FakeClock, HOUR_MS, MINUTE_MS } from '#src/base/clock.ts';
import { silentLog } from '#src/base/log.ts';

import { allowsHost, memoryMtaStsCache } from './mta-sts-policy.ts';
import { MtaStsFailure } from './mta-sts-source.ts';
import type { ServedPolicy } from './mta-sts-source.ts';
import { createMtaSts } from './mta-sts.ts';

const DOMAIN = 'outside.test';
const ENFORCE: ServedPolicy = { mode: 'enforce', mx: ['mx.outside.test'], maxAgeSeconds: 7 * 86_400 };

/** A domain whose record and policy a test changes as it goes; an Error is a failure. */
class Published {
  id: string | null | Error = '1';
  policy: ServedPolicy | Error = ENFORCE;
  fetched = 0;
  readonly clock = new FakeClock();
  readonly cache = memoryMtaStsCache();
  readonly mtaSts = createMtaSts({
    source: {
      currentId: () => given(this.id),
      fetch: () => {
        this.fetched += 1;
        return given(this.policy);
      },
    },
    cache: this.cache,
    clock: this.clock,
    log: silentLog,
  });

  /** For example `fetched enforce`, or `unknown http_status_301`. */
  async state(options = {}): Promise<string> {
    const found = await this.mtaSts.lookUp(DOMAIN, options);
    if (found.kind === 'none') return 'none';
    if (found.kind === 'unknown') return `unknown ${found.problem}`;
    return `${found.source} ${found.policy.mode}${found.problem === null ? '' : ` ${found.problem}`}`;
  }
}

function given<T>(value: T | Error): Promise<T> {
  return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
}

const failure = new MtaStsFailure('http_status_301', 'http_status_301');
const dnsFailure = new MtaStsFailure('dns_failure', 'dns_failure');

test('a policy is fetched once and kept while its id stands', async () => {
  const published = new Published();
  assert.equal(await published.state(), 'fetched enforce');
  assert.equal(await published.state(), 'kept enforce');
  published.clock.advance(HOUR_MS);
  assert.equal(await published.state(), 'kept enforce');
  assert.equal(published.fetched, 1);
});

test('another id fetches another policy', async () => {
  const published = new Published();
  await published.state();
  published.id = '2';
  published.policy = { ...ENFORCE, mode: 'testing' };
  assert.equal(await published.state(), 'fetched testing');
  assert.equal(await published.state(), 'kept testing');
});

test('a kept enforced policy outlives every failure until its date', async () => {
  const published = new Published();
  await published.state();
  for (const [id, policy, expected] of [
    ['2', failure, 'kept enforce http_status_301'],
    [dnsFailure, ENFORCE, 'kept enforce dns_failure'],
    [null, ENFORCE, 'kept enforce sts_record_not_found'],
  ] as const) {
    published.id = id;
    published.policy = policy;
    assert.equal(await published.state(), expected);
  }
  published.clock.advance(7 * DAY_MS - 1);
  assert.equal(await published.state(), 'kept enforce sts_record_not_found');
  published.clock.advance(1);
  assert.equal(await published.state(), 'none');
  published.id = '2';
  published.policy = failure;
  assert.equal(await published.state(), 'unknown http_status_301');
});

test('only mode none ends a policy before its date', async () => {
  const published = new Published();
  await published.state();
  published.id = '2';
  published.policy = { mode: 'none', mx: [], maxAgeSeconds: 86_400 };
  assert.equal(await published.state(), 'fetched none');
  assert.equal(await published.state(), 'kept none');
});

test('max_age 0 holds for the mail at hand and is not kept', async () => {
  const published = new Published();
  published.policy = { ...ENFORCE, maxAgeSeconds: 0 };
  assert.equal(await published.state(), 'fetched enforce');
  published.id = '2';
  published.policy = failure;
  assert.equal(await published.state(), 'unknown http_status_301');
});

test('a day-old policy is renewed beside the mail, so that it does not run out', async () => {
  const published = new Published();
  await published.state();
  for (let day = 0; day < 20; day++) {
    published.clock.advance(DAY_MS + 1);
    assert.equal(await published.state(), 'kept enforce');
    await new Promise(setImmediate);
  }
  assert.equal(published.fetched, 21);
  published.policy = failure;
  published.clock.advance(2 * DAY_MS);
  assert.equal(await published.state(), 'kept enforce');
  await new Promise(setImmediate);
  assert.equal(await published.state(), 'kept enforce');
  assert.equal(published.fetched, 22, 'a renewal that failed is not tried again at once');
});

test('a policy that could not be fetched is tried again after five minutes, another id at once', async () => {
  const published = new Published();
  published.policy = failure;
  assert.equal(await published.state(), 'unknown http_status_301');
  published.policy = ENFORCE;
  assert.equal(await published.state(), 'unknown http_status_301');
  assert.equal(published.fetched, 1);
  published.id = '2';
  assert.equal(await published.state(), 'fetched enforce');
  published.id = '1';
  published.clock.advance(5 * MINUTE_MS);
  assert.equal(await published.state(), 'fetched enforce');
});

test('mails at the same moment share one fetch', async () => {
  const published = new Published();
  await Promise.all([published.state(), published.state(), published.state()]);
  assert.equal(published.fetched, 1);
});

test('refresh fetches although the kept policy stands', async () => {
  const published = new Published();
  await published.state();
  published.policy = { ...ENFORCE, mode: 'testing' };
  assert.equal(await published.state({ refresh: true }), 'fetched testing');
});

test('a domain without record has no policy', async () => {
  const published = new Published();
  published.id = null;
  assert.equal(await published.state(), 'none');
  assert.equal(published.fetched, 0);
});

test('what the cache throws is not swallowed', async () => {
  const mtaSts = createMtaSts({
    source: { currentId: () => Promise.resolve('1'), fetch: () => Promise.resolve(ENFORCE) },
    cache: { get: () => Promise.resolve(null), put: () => Promise.reject(new Error('disk full')) },
    clock: new FakeClock(),
    log: silentLog,
  });
  await assert.rejects(mtaSts.lookUp(DOMAIN), /disk full/u);
});

test('a pattern is the name or one label before it', () => {
  const policy = { id: '1', mode: 'enforce', fetchedMs: 0, expiresMs: 0 } as const;
  const allows = (pattern: string, host: string) =>
    allowsHost({ ...policy, mx: ['other.test', pattern] }, host);
  assert.ok(allows('mx.outside.test', 'mx.outside.test'));
  assert.ok(allows('*.outside.test', 'mx.outside.test'));
  for (const host of [
    'outside.test',
    'a.mx.outside.test',
    '.outside.test',
    'mxoutside.test',
    'mx.outside.test.evil',
  ])
    assert.ok(!allows('*.outside.test', host), host);
  assert.ok(!allows('mx.outside.test', 'mx2.outside.test'));
  assert.ok(!allows('mx*.outside.test', 'mx1.outside.test'));
});
