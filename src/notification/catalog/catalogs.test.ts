import assert from 'node:assert/strict';
import { test } from 'node:test';

import { catalogs } from './catalogs.ts';

type Tree = { readonly [key: string]: unknown };

/** Every key with its kind, `notice.title: function`. */
function shape(tree: Tree, path = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? shape(value as Tree, `${path}${key}.`)
      : [`${path}${key}: ${typeof value}`],
  );
}

/** Every sentence, with values of which each is found again. */
function sentences(tree: Tree): string[] {
  const values = new Proxy(
    {},
    { get: (_, name) => (name === 'count' || name === 'more' ? 3 : `{${String(name)}}`) },
  );
  return Object.values(tree).flatMap((value) => {
    if (typeof value === 'string') return [value];
    if (typeof value === 'function') return [(value as (values: object) => string)(values)];
    return sentences(value as Tree);
  });
}

const placeholders = (text: string): string[] => (text.match(/\{\w+\}|3/gu) ?? []).toSorted();

test('Spanish has every key of English', () => {
  assert.deepEqual(shape(catalogs.es as unknown as Tree), shape(catalogs.en as unknown as Tree));
});

test('every sentence names the same values in both languages, and differs', () => {
  const english = sentences(catalogs.en as unknown as Tree);
  const spanish = sentences(catalogs.es as unknown as Tree);
  let same = 0;
  for (const [index, sentence] of english.entries()) {
    assert.deepEqual(placeholders(spanish[index] ?? ''), placeholders(sentence), sentence);
    if (spanish[index] === sentence) same += 1;
  }
  assert.equal(same, 0);
});

test('sentences are short: at most 30 words each, 15 on average', () => {
  for (const catalog of Object.values(catalogs)) {
    const all = sentences(catalog as unknown as Tree)
      .flatMap((text) => text.split(/(?<=[.:?!])\s+/u))
      .map((sentence) => sentence.split(/\s+/u).length);
    const longest = Math.max(...all);
    const average = all.reduce((sum, count) => sum + count, 0) / all.length;
    assert.ok(longest <= 30, `longest ${longest}`);
    assert.ok(average <= 15, `average ${average}`);
  }
});

test('no word of the trade, and nothing that we may not claim', () => {
  const forbidden =
    /\b(?:portal|DSN|MDN|SMTP|TLS|MTA|bounce|encrypt(?:ion|s)?|end-to-end|zero.knowledge|only you can|guarantee\w*|HIPAA|recall\w*|gateway)\b/iu;
  for (const text of sentences(catalogs.en as unknown as Tree)) assert.doesNotMatch(text, forbidden);
});
