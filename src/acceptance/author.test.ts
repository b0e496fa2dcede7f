import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { findAuthor, maySubmit, type AuthorFields } from './author.ts';

const OURS = ['hospital.test', '*.clinics.test'];
const at = (address: string) => ({ displayName: '', address });
const fields = (parts: Partial<AuthorFields>): AuthorFields => ({
  from: [],
  sender: [],
  reversePath: '',
  ...parts,
});

suite('who is told', () => {
  for (const [name, parts, told] of [
    [
      'From, if exactly one and ours',
      { from: [at('ann@hospital.test')], sender: [at('sec@hospital.test')] },
      'ann@hospital.test',
    ],
    [
      'Sender, where From has several',
      { from: [at('ann@hospital.test'), at('bob@hospital.test')], sender: [at('sec@hospital.test')] },
      'sec@hospital.test',
    ],
    [
      'Sender, where From is elsewhere',
      { from: [at('x@outside.example')], sender: [at('sec@hospital.test')] },
      'sec@hospital.test',
    ],
    [
      'reverse-path, where neither is ours',
      { from: [at('x@outside.example')], reversePath: 'fw@hospital.test' },
      'fw@hospital.test',
    ],
    [
      'nobody, where nothing is ours',
      { from: [at('x@outside.example')], reversePath: 'y@outside.example' },
      undefined,
    ],
    ['nobody, where From is no address', { from: [at('ann@hospital.test(x)evil.test')] }, undefined],
    ['From below a wildcard', { from: [at('ann@north.clinics.test')] }, 'ann@north.clinics.test'],
  ] as const) {
    test(name, () => {
      assert.equal(findAuthor(fields(parts), OURS).told?.raw, told);
    });
  }

  test('the author shown is From even where it is not ours', () => {
    const author = findAuthor(
      fields({ from: [at('x@outside.example')], reversePath: 'fw@hospital.test' }),
      OURS,
    );
    assert.equal(author.from?.address, 'x@outside.example');
    assert.equal(author.isOurs, false);
  });
});

suite('somebody outside wrote it', () => {
  for (const [name, from, isOutside] of [
    ['where the one address of From is elsewhere', [at('x@outside.example')], true],
    ['where all are', [at('x@outside.example'), at('y@outside.example')], true],
    ['not where one of several is ours', [at('x@outside.example'), at('ann@hospital.test')], false],
    ['not where From is absent', [], false],
    ['not where From holds no address', [at('Ann Lee')], false],
  ] as const) {
    test(name, () => {
      assert.equal(findAuthor(fields({ from, reversePath: 'ann@hospital.test' }), OURS).isOutside, isOutside);
    });
  }
});

test('a mail may leave through us with a reverse-path or a From of ours, and not otherwise', () => {
  assert.equal(
    maySubmit(fields({ reversePath: 'a@hospital.test', from: [at('x@outside.example')] }), OURS),
    true,
  );
  assert.equal(maySubmit(fields({ reversePath: '', from: [at('mailer-daemon@hospital.test')] }), OURS), true);
  assert.equal(
    maySubmit(fields({ reversePath: 'x@outside.example', from: [at('y@outside.example')] }), OURS),
    false,
  );
  assert.equal(
    maySubmit(fields({ reversePath: 'x@clinics.test' }), OURS),
    false,
    'a wildcard is what is below, not the domain itself',
  );
  assert.equal(maySubmit(fields({}), OURS), false);
});
