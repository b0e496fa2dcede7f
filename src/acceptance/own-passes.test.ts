import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseHeaderFields } from '#src/mime/header-fields.ts';

import { countOwnPasses } from './own-passes.ts';
import { traceFields } from './trace-fields.ts';

function passed(header: string, hostname = 'gateway.hospital.test'): number {
  return countOwnPasses(parseHeaderFields(Buffer.from(`${header}\r\n`, 'latin1')), hostname);
}

const ours = traceFields({
  session: {
    heloName: 'exchange.hospital.test',
    remoteAddress: '10.1.2.3',
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  },
  smtputf8: false,
  hostname: 'gateway.hospital.test',
  queueId: '01ARYZ6S41TSV4RRFFQ69G5FAV',
  acceptedAt: 0,
  mark: 'v1',
});

test('our own trace fields are counted, whatever stands between them', () => {
  const theirs =
    'Received: from gateway.hospital.test by exchange.hospital.test with ESMTP id 4F2A;\r\n\tx\r\n';
  assert.equal(passed(''), 0);
  assert.equal(passed(theirs), 0);
  assert.equal(passed(ours), 1);
  assert.equal(passed(`${ours}${theirs}${ours}${theirs}${theirs}${ours}`), 3);
  assert.equal(passed(ours, 'GATEWAY.hospital.test'), 1);
  assert.equal(passed(ours, 'other.hospital.test'), 0);
});

test('a gateway of the same kind elsewhere is not this one', () => {
  assert.equal(passed(ours.replaceAll('gateway.hospital', 'gateway.clinic')), 0);
});
