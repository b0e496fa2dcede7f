import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decide, policyRules } from './decide.ts';
import { isInternalDomain, matchesDomain } from './domains.ts';
import { explainNearMiss, explainReason, explainRule } from './explain.ts';
import type { Decision, MessageFacts, PolicySettings, RecipientFacts } from './facts.ts';

const MIB = 1024 * 1024;

const SETTINGS: PolicySettings = {
  internalDomains: ['hospital.example', '*.hospital.example'],
  partnerDomains: ['partner.example'],
  encrypt: 'on-code',
  furtherCodes: [],
  headerRules: [{ name: 'label', field: 'x-label', contains: 'Confidential' }],
  unansweredNearMiss: 'secure',
  secureMessageMaxBytes: 10 * MIB,
  secureAttachmentMaxBytes: 7.5 * MIB,
};

const PLAIN: MessageFacts = {
  subjects: ['lunch?'],
  subjectUncertain: false,
  firstBodyLine: 'hello',
  lastBodyLine: 'bye',
  automatic: null,
  encryptedByAuthor: null,
  carriesOurMark: false,
  answersSecuredThread: false,
  isAnswerOrForward: false,
  threadFromOutside: false,
  settledNearMisses: [],
  authorOutside: false,
  submitterIsMachine: false,
  decodedBytes: 1000,
  largestAttachmentBytes: 0,
  headerSwitch: false,
  ruleFields: new Map(),
};

function recipient(domain: string): RecipientFacts {
  return { address: `jane@${domain}`, domain };
}

const OUTSIDE = recipient('mail.test');

function decideFor(
  changes: Partial<MessageFacts>,
  to: RecipientFacts = OUTSIDE,
  settings: Partial<PolicySettings> = {},
): Decision {
  return decide({ ...PLAIN, ...changes }, to, { ...SETTINGS, ...settings });
}

function protectedFor(reason: string, rule = reason): object {
  return { action: 'protect', protection: 'secure-message', reason, rule };
}

const CODED: Partial<MessageFacts> = { subjects: ['send secure labs'] };
const NEAR: Partial<MessageFacts> = { subjects: ['sned secure labs'] };
const ALL_EXTERNAL: Partial<PolicySettings> = { encrypt: 'all-external' };
const ORDINARY = { action: 'relay', protection: 'opportunistic-tls', rule: 'ordinary' };
const INTERNAL = { action: 'relay', protection: 'internal', rule: 'internal-domain' };

test('a partner whose stored channel can not be believed gets a secure message, code or not', () => {
  const decision = decideFor({}, recipient('partner.example'), { distrustedDomains: ['partner.example'] });
  assert.deepEqual(decision, {
    action: 'protect',
    protection: 'secure-message',
    reason: 'partner-domain',
    rule: 'partner-domain',
  });
});

test('R4: an internal recipient gets the mail as it is, whatever it carries', () => {
  const everything = { ...CODED, carriesOurMark: true, answersSecuredThread: true, decodedBytes: 99 * MIB };
  assert.deepEqual(decideFor(everything, recipient('hospital.example')), INTERNAL);
  assert.deepEqual(decideFor(NEAR, recipient('ward.hospital.example'), ALL_EXTERNAL), INTERNAL);
});

test('R4: recipients of one mail are decided one by one', () => {
  assert.deepEqual(decideFor(CODED, recipient('hospital.example')), INTERNAL);
  assert.deepEqual(decideFor(CODED, OUTSIDE), protectedFor('code'));
});

test('our own mail coming back is refused, coded or not', () => {
  const refused = { action: 'refuse', why: 'loop', rule: 'own-mail' };
  assert.deepEqual(decideFor({ carriesOurMark: true }), refused);
  assert.deepEqual(decideFor({ ...CODED, carriesOurMark: true }), refused);
});

test('what its author encrypted is relayed as it is', () => {
  const relayed = { action: 'relay', protection: 'encrypted-by-author', rule: 'encrypted-by-author' };
  assert.deepEqual(decideFor({ ...CODED, encryptedByAuthor: 'smime' }), relayed);
  assert.deepEqual(
    decideFor({ encryptedByAuthor: 'openpgp' }, recipient('partner.example'), ALL_EXTERNAL),
    relayed,
  );
});

test('mail to a partner goes over the forced channel, with or without the code, automatic or not', () => {
  const partner = recipient('partner.example');
  const relayed = { action: 'relay', protection: 'verified-tls', rule: 'partner-domain' };
  assert.deepEqual(decideFor({}, partner), relayed);
  assert.deepEqual(decideFor(CODED, partner), relayed);
  assert.deepEqual(decideFor({ automatic: 'auto-submitted' }, partner), relayed);
});

test('R7: the code protects, in any Subject field', () => {
  assert.deepEqual(decideFor({ subjects: ['x', 'Send Secure'] }), protectedFor('code'));
  assert.deepEqual(decideFor(CODED, OUTSIDE, ALL_EXTERNAL), protectedFor('code'));
});

test('a code that the organisation added protects, and says so', () => {
  const settings = { furtherCodes: [['phi', 'mail']] };
  assert.deepEqual(
    decideFor({ subjects: ['PHI mail: labs'] }, OUTSIDE, settings),
    protectedFor('further-code', 'code'),
  );
  assert.deepEqual(decideFor(CODED, OUTSIDE, settings), protectedFor('code'));
  assert.deepEqual(decideFor({ subjects: ['PHI mail: labs'] }), ORDINARY);
});

test('a field with which another product is told to encrypt protects', () => {
  assert.deepEqual(decideFor({ headerSwitch: true }), protectedFor('header-switch'));
  assert.deepEqual(
    decideFor({ headerSwitch: true, automatic: 'auto-submitted' }),
    protectedFor('header-switch'),
  );
});

test('an answer in a secured thread and a rule by header protect', () => {
  assert.deepEqual(decideFor({ answersSecuredThread: true }), protectedFor('secured-thread'));
  const ruleFields = new Map([['x-label', ['public', 'strictly CONFIDENTIAL']]]);
  assert.deepEqual(decideFor({ ruleFields }), protectedFor('header-rule', 'header-rule:label'));
  assert.deepEqual(decideFor({ ruleFields: new Map([['x-label', ['public']]]) }), ORDINARY);
});

test('a reason to protect wins over a near miss', () => {
  assert.deepEqual(decideFor({ ...NEAR, answersSecuredThread: true }), protectedFor('secured-thread'));
});

test('R1: all-external protects everything; automatic mail goes back to its source', () => {
  assert.deepEqual(decideFor({}, OUTSIDE, ALL_EXTERNAL), protectedFor('all-external'));
  assert.deepEqual(decideFor(NEAR, OUTSIDE, ALL_EXTERNAL), protectedFor('all-external'));
  const refused = { action: 'refuse', why: 'automatic-needs-verified-tls', rule: 'all-external' };
  assert.deepEqual(decideFor({ automatic: 'null-reverse-path' }, OUTSIDE, ALL_EXTERNAL), refused);
  assert.deepEqual(decideFor({ ...CODED, automatic: 'report' }, OUTSIDE, ALL_EXTERNAL), protectedFor('code'));
});

test('R15: a near miss is held; a machine’s is secured at once; automatic and forwarded mail is not held', () => {
  const held = decideFor(NEAR);
  assert.equal(held.action, 'hold');
  assert.deepEqual(held.action === 'hold' && held.nearMiss, { kind: 'misspelled', text: 'sned secure' });
  assert.deepEqual(
    decideFor({ ...NEAR, submitterIsMachine: true }),
    protectedFor('near-miss-machine', 'near-miss'),
  );
  assert.deepEqual(decideFor({ ...NEAR, automatic: 'calendar-reply' }), ORDINARY);
  assert.deepEqual(decideFor({ ...NEAR, authorOutside: true }), ORDINARY);
  assert.deepEqual(decideFor({ ...CODED, automatic: 'journal' }), protectedFor('code'));
  assert.deepEqual(decideFor({ ...CODED, authorOutside: true }), protectedFor('code'));
});

test('R25 R26: what is too large for a secure message is returned, never relayed', () => {
  const message = {
    action: 'return',
    why: 'message-too-large',
    limitBytes: 10 * MIB,
    reason: 'code',
    rule: 'code',
  };
  assert.deepEqual(decideFor({ ...CODED, decodedBytes: 10 * MIB + 1 }), message);
  assert.deepEqual(decideFor({ ...CODED, decodedBytes: 10 * MIB }), protectedFor('code'));
  const attachment = { ...message, why: 'attachment-too-large', limitBytes: 7.5 * MIB };
  assert.deepEqual(decideFor({ ...CODED, largestAttachmentBytes: 7.5 * MIB + 1 }), attachment);
  assert.deepEqual(decideFor({ ...CODED, largestAttachmentBytes: 7.5 * MIB }), protectedFor('code'));
  assert.equal(decideFor({ ...NEAR, decodedBytes: 11 * MIB }).action, 'return');
  assert.deepEqual(decideFor({ decodedBytes: 40 * MIB }), ORDINARY);
});

test('whatever must be protected is relayed over a verified channel or not at all: every mixture of facts', () => {
  const flags = [false, true];
  for (const automatic of [null, 'list-or-bulk'] as const)
    for (const authorOutside of flags)
      for (const submitterIsMachine of flags)
        for (const answersSecuredThread of flags)
          for (const decodedBytes of [1, 20 * MIB])
            for (const domain of ['mail.test', 'partner.example']) {
              const facts = {
                automatic,
                authorOutside,
                submitterIsMachine,
                answersSecuredThread,
                decodedBytes,
              };
              const decision = decideFor({ ...facts, ...CODED }, recipient(domain));
              const expected =
                domain === 'partner.example' ? 'relay' : decodedBytes === 1 ? 'protect' : 'return';
              assert.equal(decision.action, expected);
              if (decision.action === 'relay') assert.equal(decision.protection, 'verified-tls');
            }
});

test('a wildcard covers what lies below and nothing else', () => {
  assert.ok(matchesDomain('a.hospital.example', '*.hospital.example'));
  assert.ok(matchesDomain('a.b.hospital.example', '*.hospital.example'));
  assert.ok(matchesDomain('HOSPITAL.example', 'hospital.Example'));
  for (const domain of [
    'hospital.example',
    'xhospital.example',
    'hospital.example.test',
    '.hospital.example',
    '',
  ])
    assert.equal(matchesDomain(domain, '*.hospital.example'), false, domain);
  assert.equal(matchesDomain('a.hospital.example', 'hospital.example'), false);
  assert.equal(matchesDomain('a.example', '*.'), false);
  assert.ok(isInternalDomain('b.example', ['a.example', 'b.example']));
  assert.equal(isInternalDomain('b.example', []), false);
});

test('every rule, reason and near miss is explained in both languages', () => {
  for (const { name } of policyRules) {
    const english = explainRule(name, 'en');
    assert.ok(english);
    assert.notEqual(explainRule(name, 'es'), english);
  }
  assert.equal(explainRule('header-rule:label', 'en'), explainReason('header-rule', 'en'));
  assert.equal(explainRule('toString', 'en'), null);
  assert.match(explainReason('code', 'es'), /send secure/u);
  assert.notEqual(explainNearMiss('reversed', 'en'), explainNearMiss('reversed', 'es'));
});

test('all-external relays over a verified channel where the domain authenticates now, automatic mail too', () => {
  const authenticated = { ...recipient('mail.test'), authenticatesNow: true };
  const relayed = { action: 'relay', protection: 'verified-tls', rule: 'all-external' };
  assert.deepEqual(decideFor({}, authenticated, ALL_EXTERNAL), relayed);
  assert.deepEqual(decideFor({ automatic: 'auto-submitted' }, authenticated, ALL_EXTERNAL), relayed);
  assert.equal(decideFor(CODED, authenticated, ALL_EXTERNAL).action, 'protect', 'the code asks for more');
  assert.deepEqual(decideFor({}, authenticated), ORDINARY, 'elsewhere it changes nothing');
});
