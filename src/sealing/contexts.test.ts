import assert from 'node:assert/strict';
import { test } from 'node:test';

import { accountPrivateKeyContext, bindContext } from '#src/keys/context.ts';

import {
  capturedMailContext,
  deskListEntryContext,
  draftFileContext,
  draftKeyContext,
  draftTextContext,
  listEntryContext,
  listKeyInfo,
  manifestPrefix,
  pageReleaseInfo,
  streamContext,
  wrapInfo,
  wrapReplacementContext,
} from './contexts.ts';

const ids = { organizationId: 'O', messageId: 'M' };
const hash = Buffer.alloc(32);

test('no two purposes share a context, even for the same ids', () => {
  const all = [
    streamContext('content', ids),
    streamContext('derived', ids),
    streamContext('index', ids),
    listKeyInfo(ids),
    listEntryContext(ids),
    deskListEntryContext(ids),
    wrapInfo(ids, { kind: 'spool', id: 'x' }, 'k', 1),
    wrapInfo(ids, { kind: 'enrolment', id: 'x' }, 'k', 1),
    wrapInfo(ids, { kind: 'account', id: 'x' }, 'k', 1),
    pageReleaseInfo('content-key', ids, 'x', 'k', 1),
    pageReleaseInfo('list-key', ids, 'x', 'k', 1),
    manifestPrefix(),
    wrapReplacementContext({
      ...ids,
      recipientId: 'x',
      accountId: 'k',
      replacedHash: hash,
      replacementHash: hash,
    }),
    capturedMailContext('O', 'M'),
    pageReleaseInfo('draft-key', ids, 'x', 'k', 1),
    draftKeyContext({ organizationId: 'O', draftId: 'M', accountId: 'x', recipientId: 'k' }),
    draftTextContext({ organizationId: 'O', draftId: 'M' }),
    draftFileContext({ organizationId: 'O', draftId: 'M', fileId: 'x' }),
    accountPrivateKeyContext({ organizationId: 'O', accountId: 'M', kid: 'k' }),
  ].map((context) => context.toString('hex'));
  assert.equal(new Set(all).size, all.length);
});

test('what stands in one field never spills into the next', () => {
  assert.notDeepEqual(bindContext('p', 'ab', 'c'), bindContext('p', 'a', 'bc'));
  assert.notDeepEqual(bindContext('p', 'a'), bindContext('p', 'a', ''));
});

test('the bytes are as docs/formats say', () => {
  const expected = [
    '000a73656e64736563757265',
    '000131',
    '000e73747265616d2d636f6e74656e74',
    '00014f',
    '00014d',
  ];
  assert.equal(streamContext('content', ids).toString('hex'), expected.join(''));
});
