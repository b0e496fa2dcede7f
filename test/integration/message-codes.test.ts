/** The message code in a notice is the recipient's own: it says nothing about who else got the message. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { ArrivedMail } from '#test/support/arrived-mail.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const CODE = /\b[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}\b/u;
const JANE = 'jane@outside.example';
const BLIND = 'blind@partner.example';
const AUTHOR = 'ann.lee@hospital.test';
const FIELDS = ['Message-ID: <codes@hospital.test>'];

describe('message codes', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let codes: readonly string[] = [];
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
    await world.accept({ recipients: [JANE, BLIND], subject: 'send secure', fields: FIELDS });
    const notices = await world.waitFor('outside', ({ kind }) => kind === 'notice', 2);
    codes = notices.map(({ subject }) => codeIn(subject));
  });
  after(cleanUp.run);

  it('differ between the recipients of a message', () => {
    assert.equal(codes.length, 2);
    assert.notEqual(codes[0], codes[1]);
    for (const code of codes) assert.match(code, CODE);
  });

  it('protect an answer, whichever recipient’s stands in its subject', async () => {
    for (const [i, code] of codes.entries()) {
      const to = `answer${i}@outside.example`;
      await world.accept({ recipients: [to], subject: `Re: Secure message (${code})`, text: 'ANSWER' });
      assert.equal((await firstTo('outside', to)).kind, 'notice');
    }
    await world.accept({
      recipients: ['plain@outside.example'],
      subject: 'Re: Secure message (000-000-000)',
    });
    assert.equal((await firstTo('outside', 'plain@outside.example')).kind, 'relay');
  });

  it('are told to the author where one recipient alone got a secure message', async () => {
    const secured = async (recipient: string): Promise<string> => {
      const aboutIt = ({ kind, to, text }: ArrivedMail): boolean =>
        kind === 'secured' && to === AUTHOR && text.includes(recipient);
      const [mail] = await world.waitFor('inside', aboutIt);
      return mail?.text ?? '';
    };
    assert.doesNotMatch(await secured(BLIND), CODE);
    const alone = 'alone@outside.example';
    await world.accept({ recipients: [alone, 'eve@hospital.test'], subject: 'send secure' });
    const notice = await firstTo('outside', alone);
    assert.equal(codeIn(await secured(alone)), codeIn(notice.subject));
  });

  async function firstTo(sink: 'outside' | 'inside', address: string): Promise<ArrivedMail> {
    const [mail] = await world.waitFor(sink, ({ to }) => to === address);
    assert.ok(mail);
    return mail;
  }
});

function codeIn(text: string): string {
  return CODE.exec(text)?.[0] ?? '';
}
