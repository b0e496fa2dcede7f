import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';

import { decryptChunked, encryptChunked } from './chunked-encryption.ts';
import { listEntryContext } from './contexts.ts';
import {
  deriveListKey,
  openDeskListEntry,
  openListEntry,
  sealDeskListEntry,
  sealListEntry,
} from './list-entry.ts';

const contentKey = randomBytes(32);
const deskKey = randomBytes(32);
const ids = { organizationId: '0123456789abcdef0123456789abcdef', messageId: 'MESSAGE1' };
const entry = {
  author: 'Dr. Jane Doe',
  subject: 'Résultats 😀',
  sentAt: 1_795_262_400_000,
  sizeBytes: 10_240,
};
const refused = { code: 'authentication-failed' };

describe('a list entry', () => {
  const sealed = sealListEntry(entry, contentKey, ids);
  const listKey = deriveListKey(contentKey, ids);

  test('opens with the list key, not with the content key', () => {
    assert.deepEqual(openListEntry(sealed, listKey, ids), entry);
    assert.throws(() => openListEntry(sealed, contentKey, ids), refused);
    assert.notDeepEqual(listKey, contentKey);
  });

  test('has a key of its own in every message', () => {
    assert.notDeepEqual(deriveListKey(contentKey, { ...ids, messageId: 'MESSAGE2' }), listKey);
    assert.notDeepEqual(deriveListKey(contentKey, { ...ids, organizationId: 'f'.repeat(32) }), listKey);
  });

  test('does not open as another message’s, nor changed', () => {
    assert.throws(() => openListEntry(sealed, listKey, { ...ids, messageId: 'MESSAGE2' }), refused);
    for (let offset = 0; offset < sealed.length; offset += 7) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(offset) ^ 1, offset);
      assert.throws(() => openListEntry(changed, listKey, ids), refused);
    }
    assert.throws(() => openListEntry(sealed.subarray(0, -1), listKey, ids), refused);
  });

  test('does not tell the length of its subject', () => {
    const longer = sealListEntry({ ...entry, subject: `${entry.subject}, and more words` }, contentKey, ids);
    assert.equal(longer.length, sealed.length);
    const opened = decryptChunked(listKey, listEntryContext(ids), sealed);
    assert.equal(opened.length % 256, 0);
  });

  test('of a subject longer than a chunk opens too', () => {
    const long = { ...entry, subject: 'x'.repeat(20_000) };
    assert.deepEqual(openListEntry(sealListEntry(long, contentKey, ids), listKey, ids), long);
  });

  test('of a later version is refused like a damaged one', () => {
    const later = Buffer.from(JSON.stringify({ ...entry, version: 2 }));
    assert.throws(
      () => openListEntry(encryptChunked(listKey, listEntryContext(ids), later), listKey, ids),
      refused,
    );
  });
});

test('the author’s copy opens under the desk key only, for its message only', () => {
  const sealed = sealDeskListEntry(entry, deskKey, ids);
  assert.deepEqual(openDeskListEntry(sealed, deskKey, ids), entry);
  assert.throws(() => openDeskListEntry(sealed, deskKey, { ...ids, messageId: 'MESSAGE2' }), refused);
  assert.throws(() => openDeskListEntry(sealed, randomBytes(32), ids), refused);
  assert.throws(() => openListEntry(sealed, deskKey, ids), refused);
});
