import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { action, facts, heading, link, list, note, paragraph, title, type Section } from './block.ts';
import { cleanText } from './clean-text.ts';
import { alternative } from './mail.ts';
import { compileTemplate, slot } from './template.ts';
import '#test/support/seeded-properties.ts';

function sections(name: string, url: string): Section[] {
  const blocks = [
    title(`${name} wrote`),
    paragraph(`This is for ${name}, and ${'a long sentence follows '.repeat(6)}until the end, ${name}.`),
    action('Read', url),
    heading('Fixed'),
    link(
      'Nothing to fill in here, só é texto que não muda e que passa do fim da linha:',
      'https://a.test/b=c',
    ),
    facts(['Label', name]),
    list(['one', name]),
    note(name),
  ];
  return [
    { locale: 'en', blocks },
    { locale: 'es', blocks },
  ];
}

const squeeze = (text: string): string => text.replaceAll(/\s+/gu, ' ');

test('a filled template equals the mail written at once', () => {
  const template = compileTemplate(slot(0), sections(slot(0), slot(1)));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.webUrl(), (raw, url) => {
      const name = cleanText(raw, 80);
      const filled = template([name, url]).body.split('Content-Type: text/html');
      const direct = alternative(name, sections(name, url)).body.split('Content-Type: text/html');
      assert.equal(filled[0], direct[0]);
      assert.equal(
        squeeze(filled[1] ?? '').replaceAll(/<wbr\s*>/gu, ''),
        squeeze(direct[1] ?? '').replaceAll(/<wbr\s*>/gu, ''),
      );
    }),
  );
});

test('the longest values stay below 998 octets on a line, in 7bit', () => {
  const template = compileTemplate(slot(0), sections(slot(0), slot(1)));
  for (const name of ['👩'.repeat(80), '&'.repeat(80), `${'é'.repeat(127)}@${'ü'.repeat(60)}.example (x)`]) {
    const { body } = template([name, `https://a.test/${'x'.repeat(580)}`]);
    assert.match(body, /^[\r\n\x20-\x7e]*$/u);
    for (const line of body.split('\r\n')) assert.ok(line.length <= 998, String(line.length));
  }
});
