/** Where codes by telephone are asked for, somebody must be able to read them on the staff pages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadSettings } from './load.ts';
import { startupNotices } from './startup-notices.ts';

const RULE = '[[rules]]\nname = "lab"\nfield = "X-Lab"\ncontains = "secret"\nverify = true\n';

function noticesAbout(publicUrl: string, rest = ''): readonly { text: string; name?: string }[] {
  const text = `[organization]\ndomains = ["hospital.test"]\nserviceAddress = "s@hospital.test"\n[console]\npublicUrl = "${publicUrl}"\n${rest}`;
  return startupNotices(loadSettings(text, '/etc')).filter((notice) => notice.text.includes('"verify"'));
}

test('nothing is said where staff can sign in', () => {
  for (const url of ['https://staff.hospital.test', 'http://localhost:8081'])
    assert.deepEqual(noticesAbout(url, RULE), []);
});

test('the start says that codes can not be read; readiness too where a rule asks for them', () => {
  const [plain, ...more] = noticesAbout('http://staff.hospital.test:8081');
  assert.ok(plain !== undefined && more.length === 0);
  assert.match(plain.text, /nobody can sign in to the staff pages.*stay closed/u);
  assert.equal(plain.name, undefined);
  const [ruled] = noticesAbout('http://staff.hospital.test:8081', RULE);
  assert.match(ruled?.text ?? '', /which \[\[rules\]\] asks for/u);
  assert.equal(ruled?.name, 'codes-by-telephone-unreadable');
});
