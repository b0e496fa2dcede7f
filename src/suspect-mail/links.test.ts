import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { linksOf } from './links.ts';

const html = (text: string): string[] => linksOf({ kind: 'html', text }).map(({ host }) => host);
const plain = (text: string): string[] => linksOf({ kind: 'plain', text }).map(({ host }) => host);

describe('where the links of a mail lead', () => {
  it('reads them as a browser would', () => {
    assert.deepEqual(html('<a href="https://evil.test/x">https://secure.hospital.test/m/1</a>'), [
      'evil.test',
      'secure.hospital.test',
    ]);
    assert.deepEqual(html("<a href='https://secure.hospital.test@evil.test/'>x</a>"), ['evil.test']);
    assert.deepEqual(html('<a href=https:\\\\evil.test\\x>x</a>'), ['evil.test']);
    assert.deepEqual(html('<a href="ht&#116;ps&colon;&sol;&#x2f;ev\til.test">x</a>'), ['evil.test']);
    assert.deepEqual(html('<form action="//evil.test/login"><button formaction="https://worse.test">'), [
      'evil.test',
      'worse.test',
    ]);
    assert.deepEqual(html('<base href="https://evil.test/"><a href="m/x">x</a>'), ['evil.test']);
    assert.deepEqual(html('<a href="https://evi\u00adl.test">x</a>'), ['evil.test']);
    assert.deepEqual(html('<a href="javascript:alert(1)">x</a>'), ['']);
    assert.deepEqual(
      html('<html xmlns="http://www.w3.org/1999/xhtml"><a href="#top"><a href="mailto:a@b.test">'),
      [],
    );
  });

  it('finds them in plain words, without what ends a sentence', () => {
    assert.deepEqual(
      linksOf({
        kind: 'plain',
        text: 'Go to https://evil.test/a. Or (www.worse.test), <HTTPS://Third.test/>',
      }).map(({ href }) => href),
      ['https://evil.test/a', 'https://www.worse.test/', 'https://third.test/'],
    );
    assert.deepEqual(plain('mail ann@hospital.test, see file.txt'), []);
  });

  it('takes off what mail systems put around a link, and nothing that only looks like it', () => {
    const target = 'https://secure.hospital.test/m/abc';
    for (const wrapped of [
      `https://nam02.safelinks.protection.outlook.com/?url=${encodeURIComponent(target)}&data=05`,
      'https://urldefense.proofpoint.com/v2/url?u=https-3A__secure.hospital.test_m_abc&d=Dw',
      'https://urldefense.com/v3/__https://secure.hospital.test/m/abc__;!!x!y$',
      `https://www.google.com/url?q=${encodeURIComponent(target)}`,
    ])
      assert.deepEqual(plain(wrapped), ['secure.hospital.test'], wrapped);
    assert.deepEqual(plain(`https://safelinks.protection.outlook.com.evil.test/?url=${target}`), [
      'safelinks.protection.outlook.com.evil.test',
    ]);
  });

  it('is quick, whatever it is given', () => {
    const size = 256 * 1024;
    for (const piece of [
      '<',
      'href=',
      'href="',
      "href='",
      '&#',
      '<a href=https://x',
      'https://',
      'www.',
      '&amp',
      ' ',
      '(((.',
    ])
      for (const kind of ['html', 'plain'] as const) {
        const began = performance.now();
        linksOf({ kind, text: piece.repeat(Math.ceil(size / piece.length)) });
        assert.ok(performance.now() - began < 3_000, `${kind} ${piece}`);
      }
  });
});
