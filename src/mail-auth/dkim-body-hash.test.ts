import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';

import fc from 'fast-check';

import { DkimBodyHash } from './dkim-body-hash.ts';
import '#test/support/seeded-properties.ts';

function hashOf(...pieces: readonly (string | Buffer)[]): string {
  const hash = new DkimBodyHash();
  for (const piece of pieces) hash.update(Buffer.from(piece as string, 'latin1'));
  return hash.digest().toString('base64');
}

/** The canonical form as the standard words it, one whole body at a time. */
function relaxed(body: string): string {
  const reduced = body
    .replaceAll(/[ \t]+(?=\r\n|$(?![\s\S]))/gu, '')
    .replaceAll(/[ \t]+/gu, ' ')
    .replace(/(?:\r\n)+$/u, '');
  return reduced === '' ? '' : `${reduced}\r\n`;
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('base64');

suite('body hash of a DKIM signature', () => {
  test('examples of RFC 6376 section 3.4', () => {
    assert.equal(hashOf(' C \r\nD \t E\r\n\r\n\r\n'), sha256(' C\r\nD E\r\n'));
    // Section 3.4.4: the hash of an empty body, and of one that is empty after the reductions.
    for (const empty of ['', '\r\n', '\r\n\r\n', ' \t\r\n', '  '])
      assert.equal(hashOf(empty), '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });

  test('the body of RFC 8463 appendix A', () => {
    const body = 'Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n';
    assert.equal(hashOf(body), '2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=');
    assert.equal(hashOf(body.slice(0, -2)), hashOf(body), 'a last line without an end gets one');
  });

  test('a CR or LF alone is an ordinary octet', () => {
    assert.equal(hashOf('a \rb\r\n'), sha256('a \rb\r\n'));
    assert.equal(hashOf('a\n \nb'), sha256('a\n \nb\r\n'));
    assert.equal(hashOf('a\r'), sha256('a\r\r\n'));
    assert.equal(hashOf('a\r\r\n\r'), sha256('a\r\r\n\r\r\n'));
  });

  test('any body in any pieces is what the standard words', () => {
    const words = fc.constantFrom(
      ' ',
      '\t',
      '\r\n',
      '\r',
      '\n',
      'a',
      'word',
      '\xe4',
      '\0',
      '.',
      '  \t',
      '\r\n\r\n',
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 60 }),
        fc.infiniteStream(fc.nat({ max: 5 })),
        (list, sizes) => {
          const body = list.join('');
          const pieces: string[] = [];
          for (let at = 0; at < body.length;) {
            const size = sizes.next().value ?? 1;
            pieces.push(body.slice(at, at + size));
            at += size;
          }
          assert.equal(hashOf(body), sha256(relaxed(body)));
          assert.equal(hashOf(...pieces), hashOf(body));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('bodies longer than a piece: blank lines, white space and base64 without end', () => {
    const blank = '\r\n'.repeat(40_000);
    assert.equal(hashOf(`x${blank}`), sha256('x\r\n'));
    assert.equal(hashOf(`x${blank}y`), sha256(`x${blank}y\r\n`));
    assert.equal(hashOf(blank, 'y'), sha256(`${blank}y\r\n`));
    assert.equal(hashOf('x', ' \t'.repeat(40_000), 'y', '\t'.repeat(40_000)), sha256('x y\r\n'));
    const base64 = `${'QUJD'.repeat(19)}\r\n`.repeat(2_000);
    assert.equal(hashOf(base64), sha256(base64));
    assert.equal(hashOf(`${base64}a  b\r\n${base64}`), sha256(`${base64}a b\r\n${base64}`));
    assert.equal(hashOf('a\t'.repeat(50_000)), sha256(`${'a '.repeat(49_999)}a\r\n`));
  });
});
