import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseHeaderFields } from '#src/mime/header-fields.ts';

import { claimsToBeOurs } from './claimed-author.ts';

const DOMAINS = ['hospital.test', '*.hospital.test'];
const claims = (header: string): boolean =>
  claimsToBeOurs(parseHeaderFields(Buffer.from(`${header}\r\n\r\n`)), DOMAINS);

describe('a mail from outside', () => {
  for (const header of [
    'From: ann@hospital.test',
    'From: Ann <ANN@Hospital.TEST>',
    'from : "Ann" <ann@ward.hospital.test>',
    'From: "ann@hospital.test" <x@evil.example>',
    'From: ann@hospital.test <x@evil.example>',
    'From: =?utf-8?B?YW5uQGhvc3BpdGFsLnRlc3Q=?= <x@evil.example>',
    'From: x@evil.example, ann@hospital.test',
    'From: x@evil.example\r\nFrom: ann@hospital.test',
    'From: staff: ann@hospital.test, x@evil.example;',
    'From: x@evil.example (ann@hospital.test)',
    'Sender: ann@hospital.test\r\nFrom: x@evil.example',
    'Resent-From: ann@hospital.test\r\nFrom: x@evil.example',
  ]) {
    it(`claims an author inside with ${JSON.stringify(header)}`, () => assert.equal(claims(header), true));
  }

  for (const header of [
    'From: jane@outside.example',
    'From: "Jane, formerly at hospital.test" <jane@outside.example>',
    'From: jane@hospital.test.example',
    'From: jane@nothospital.test',
    'From: jane@outside.example\r\nTo: ann@hospital.test\r\nReply-To: ann@hospital.test',
    'Subject: no author at all',
  ]) {
    it(`claims none with ${JSON.stringify(header)}`, () => assert.equal(claims(header), false));
  }
});
