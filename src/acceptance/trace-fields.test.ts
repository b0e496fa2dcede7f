import assert from 'node:assert/strict';
import { test } from 'node:test';

import { traceFields } from './trace-fields.ts';

const FACTS = {
  session: {
    heloName: 'mail.hospital.test',
    remoteAddress: '10.1.2.3',
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
  },
  smtputf8: false,
  hostname: 'gateway.hospital.test',
  queueId: '01M7ZTDECGPJN3YJSR0VSKQD3J',
  acceptedAt: Date.UTC(2026, 10, 21, 12, 0, 0),
  mark: 'v1 x',
};

test('the trace names both servers, TLS, id and time, and no recipient', () => {
  const lines = traceFields(FACTS);
  assert.equal(
    lines,
    'Received: from mail.hospital.test ([10.1.2.3])\r\n' +
      '\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)\r\n' +
      '\tby gateway.hospital.test with ESMTPS id 01M7ZTDECGPJN3YJSR0VSKQD3J;\r\n' +
      '\tSat, 21 Nov 2026 12:00:00 +0000\r\n' +
      'X-SendSecure-Mark: v1 x\r\n',
  );
  assert.doesNotMatch(lines, /\bfor\b/u);
});

test('what a client said in EHLO can not add a field', () => {
  const session = { heloName: 'x\r\nBcc: evil@outside.example (', remoteAddress: '2001:db8::1', tls: null };
  const lines = traceFields({ ...FACTS, session, smtputf8: true });
  assert.equal(lines.split('\r\n').filter((line) => /^\S/u.test(line)).length, 2);
  assert.match(lines, /\(\[IPv6:2001:db8::1\]\)/u);
  assert.match(lines, /with UTF8SMTP id/u);
});
