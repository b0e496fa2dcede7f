import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import type { SealedObjectLayout, StreamName } from './layout.ts';
import type { MessageIndex } from './message-index.ts';
import { MAX_DERIVED_BYTES, objectLength, openStream, SealedObjectWriter } from './sealed-object.ts';
import type { IndexSource } from './sealed-object.ts';

const contentKey = Buffer.alloc(32, 1);
const ids = { organizationId: '0123456789abcdef0123456789abcdef', messageId: 'MESSAGE1' };

function indexOf(contentLength: number, derivedLength: number): MessageIndex {
  return {
    version: 1,
    header: { subject: 'Résultats', from: '', to: '', cc: '', replyTo: '', date: '' },
    parts: [],
    body: { html: null, text: null, calendar: null },
    attachments: [],
    contentLength,
    derivedLength,
    raw: false,
  };
}

function seal(
  content: Buffer,
  derived: Buffer,
  index: IndexSource,
): { object: Buffer; layout: SealedObjectLayout } {
  const writer = new SealedObjectWriter({ contentKey, ...ids });
  const out: Buffer[] = [];
  for (let offset = 0; offset < content.length; offset += 10_000)
    out.push(...writer.content(content.subarray(offset, offset + 10_000)));
  assert.equal(writer.derived(derived), true);
  const { tail, layout } = writer.finish(index);
  return { object: Buffer.concat([...out, ...tail]), layout };
}

async function open(
  name: StreamName,
  { object, layout }: { object: Buffer; layout: SealedObjectLayout },
  with_: { contentKey?: Buffer; messageId?: string; organizationId?: string } = {},
): Promise<Buffer> {
  const stream = await openStream(name, {
    contentKey,
    ...ids,
    ...with_,
    layout,
    read: (offset, length) => Promise.resolve(object.subarray(offset, offset + length)),
  });
  return stream.readRange(0, stream.plaintextLength);
}

describe('a sealed object', () => {
  const content = randomBytes(70_000);
  const derived = randomBytes(20_000);
  const sealed = seal(content, derived, ({ contentLength, derivedLength }) =>
    indexOf(contentLength, derivedLength),
  );

  test('gives back its three streams', async () => {
    assert.deepEqual(await open('content', sealed), content);
    assert.deepEqual(await open('derived', sealed), derived);
    const index: unknown = JSON.parse((await open('index', sealed)).toString('utf8'));
    assert.deepEqual(index, indexOf(70_000, 20_000));
  });

  test('lies in the object as its layout says, without a gap', () => {
    const { content: c, derived: d, index: i } = sealed.layout;
    assert.deepEqual([c.offset, d.offset, i.offset], [0, c.length, c.length + d.length]);
    assert.equal(objectLength(sealed.layout), sealed.object.length);
    assert.deepEqual([c.plaintextLength, d.plaintextLength], [70_000, 20_000]);
  });

  test('opens under no other key, message or organisation', async () => {
    for (const other of [
      { contentKey: Buffer.alloc(32, 2) },
      { messageId: 'MESSAGE2' },
      { organizationId: 'f'.repeat(32) },
    ])
      await assert.rejects(open('content', sealed, other), { code: 'authentication-failed' });
  });

  test('does not open one stream as another', async () => {
    const { content: c, derived: d } = sealed.layout;
    const swapped = { object: sealed.object, layout: { ...sealed.layout, content: d, derived: c } };
    await assert.rejects(open('content', swapped), { code: 'authentication-failed' });
    await assert.rejects(open('derived', swapped), { code: 'authentication-failed' });
  });

  test('does not take a stream of the same message sealed another time', async () => {
    const other = seal(content, derived, indexOf(70_000, 20_000));
    const spliced = { object: other.object, layout: sealed.layout };
    await assert.rejects(open('content', spliced), { code: 'authentication-failed' });
  });

  test('does not take another length than the layout states', async () => {
    const shorter = { ...sealed.layout.content, plaintextLength: 69_999 };
    await assert.rejects(
      open('content', { object: sealed.object, layout: { ...sealed.layout, content: shorter } }),
      {
        code: 'authentication-failed',
      },
    );
  });
});

describe('writing', () => {
  test('an object of nothing has three empty streams', async () => {
    const writer = new SealedObjectWriter({ contentKey, ...ids });
    const { tail, layout } = writer.finish(null);
    const object = Buffer.concat(tail);
    assert.equal(object.length, 3 * 72);
    for (const name of ['content', 'derived', 'index'] as const)
      assert.equal((await open(name, { object, layout })).length, 0);
  });

  test('derived bytes over the limit are refused whole, and the rest still stands', async () => {
    const writer = new SealedObjectWriter({ contentKey, ...ids });
    assert.equal(writer.derived(Buffer.alloc(MAX_DERIVED_BYTES - 1)), true);
    assert.equal(writer.derived(Buffer.alloc(2)), false);
    assert.equal(writer.derivedLength, MAX_DERIVED_BYTES - 1);
    assert.equal(writer.derived(Buffer.alloc(1)), true);
    const { tail, layout } = writer.finish(null);
    assert.equal((await open('derived', { object: Buffer.concat(tail), layout })).length, MAX_DERIVED_BYTES);
  });

  test('an index that states other lengths is refused', () => {
    const writer = new SealedObjectWriter({ contentKey, ...ids });
    writer.content(Buffer.alloc(10));
    assert.throws(() => writer.finish(indexOf(11, 0)), RangeError);
  });
});
