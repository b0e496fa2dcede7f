import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { systemRandom } from '#src/base/identifiers.ts';

import { minPasswordLength } from './account-rules.ts';
import { suggestPassphrase } from './passphrase.ts';
import { PASSPHRASE_WORDS } from './passphrase-words.ts';
import { findPasswordProblem } from './password-rules.ts';

const PERSONAL = ['Example Hospital', 'Northside Clinic', 'secure.hospital.test', 'jane.doe@mail.test'];

describe('rules for passwords', () => {
  const problem = (password: string) => findPasswordProblem(password, PERSONAL, 15);

  it('W01: eight code points where a second factor is compulsory, and no common word of that length', () => {
    const short = (password: string) =>
      findPasswordProblem(password, PERSONAL, minPasswordLength({ secondFactor: 'required' }));
    assert.equal(minPasswordLength({ secondFactor: 'optional' }), 15);
    assert.equal(short('tvqkwzm'), 'password-too-short');
    assert.equal(short('tvqkwzmb'), null);
    assert.equal(short('password'), 'password-common');
    assert.equal(short('hospital'), 'password-common');
  });

  it('W01: 15 to 128 code points after NFC, of any kind', () => {
    assert.equal(problem('correct horse b'.slice(0, 14)), 'password-too-short');
    assert.equal(problem('correct horse b'), null);
    assert.equal(problem('tvqkwzmbhrjxgpd'), null, 'no composition rule');
    assert.equal(problem('🐴🔋📎🌵🪁🧭🎻🛶🍋🌊🪵🐘🔑🎯🧩'), null, 'fifteen code points');
    assert.equal(problem('🐴🔋📎🌵🪁🧭🎻🛶🍋🌊🪵🐘🔑🎯'), 'password-too-short');
    assert.equal(problem('é'.normalize('NFD').repeat(8)), 'password-too-short', 'counted after NFC');
    const long = 'wohl bekomm es dir, mein lieber alter Freund! '.repeat(3).slice(0, 128);
    assert.equal(problem(long.slice(0, 64)), null);
    assert.equal(problem(long), null);
    assert.equal(problem(`${long}x`), 'password-too-long');
    assert.equal(problem('    vier Pferde traben   '), null, 'spaces count');
  });

  it('W02: refuses what is common, repeats itself or runs along the keyboard', () => {
    for (const password of [
      'passwordpassword',
      'password1234567',
      'aaaaaaaaaaaaaaaaaaaa',
      'abcabcabcabcabcabc',
      '123456789012345',
      'abcdefghijklmnopq',
      'qwertyuiopasdfgh',
      '1q2w3e4r5t1q2w3e4r5t',
      'PASSWORD PASSWORD',
      'iloveyou iloveyou iloveyou',
      '               ',
    ]) {
      assert.equal(problem(password), 'password-common', password);
    }
  });

  it('W02: refuses the names of service, organisation and person, also dressed up', () => {
    for (const password of [
      'sendsecure12345',
      'SendSecure-2026!',
      'S3ndS3cur3-2026!!',
      'ExampleHospital1',
      'example hospital 2026',
      'Northside-Clinic-99',
      'jane.doe@mail.test',
      'JaneDoe-hospital-1',
    ]) {
      assert.equal(problem(password), 'password-common', password);
    }
    assert.equal(problem('my hospital garden has nine green chairs'), null);
  });

  it('take every passphrase that is offered', () => {
    for (let i = 0; i < 300; i++) {
      const offer = suggestPassphrase(systemRandom);
      assert.equal(problem(offer), null, offer);
    }
  });

  it('the offered words: at least 1,024, distinct, short, lower case', () => {
    assert.ok(PASSPHRASE_WORDS.length >= 1_024);
    assert.equal(new Set(PASSPHRASE_WORDS).size, PASSPHRASE_WORDS.length);
    for (const word of PASSPHRASE_WORDS) assert.match(word, /^[a-z]{4,8}$/u);
  });
});
