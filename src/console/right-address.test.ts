import assert from 'node:assert/strict';
import { test } from 'node:test';

import { newMailUrl, rightAddress } from './right-address.ts';

test('the new mail carries the code once, and nothing of the subject ends it or adds a field', () => {
  const subjectOf = (url: string): string => decodeURIComponent(url.replace('mailto:?subject=', ''));
  assert.equal(subjectOf(newMailUrl('Results')), 'send secure Results');
  assert.equal(subjectOf(newMailUrl('Results, [SEND secure]')), 'Results, [SEND secure]');
  assert.equal(subjectOf(newMailUrl(null)), 'send secure');
  assert.equal(subjectOf(newMailUrl('')), 'send secure');
  for (const hostile of ['a&bcc=thief@evil.test', 'a?to=x', 'a\r\nBcc: x', '"><b>', 'half \ud800 letter']) {
    const url = newMailUrl(hostile);
    assert.match(url, /^mailto:\?subject=[\w.!~*'()%-]+$/u, hostile);
  }
});

test('says why the old message is not sent on, in both languages', () => {
  assert.match(rightAddress('x', 'en').markup, /opens for its recipients only/u);
  assert.match(rightAddress('x', 'es').markup, /solo se abre para sus destinatarios/u);
});
