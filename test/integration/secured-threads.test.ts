/** An answer in the thread of a secured message is protected although nobody typed the code. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const JANE = 'jane@outside.example';

describe('secured threads', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  let noticeId = '';
  let securedId = '';
  let code = '';
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
    await world.accept({
      recipients: [JANE],
      mail: 'From: ann.lee@hospital.test\r\nTo: jane@outside.example\r\nSubject: send secure\r\nMessage-ID: <first@hospital.test>\r\n\r\nx\r\n',
    });
    const [notice] = await world.waitFor('outside', ({ kind }) => kind === 'notice');
    const [secured] = await world.waitFor('inside', ({ kind }) => kind === 'secured');
    noticeId = notice?.messageId ?? '';
    securedId = secured?.messageId ?? '';
    code = /\(([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})\)/u.exec(notice?.subject ?? '')?.[1] ?? '';
  });
  after(cleanUp.run);

  async function kindThatReaches(
    address: string,
    fields: readonly string[],
    subject: string,
  ): Promise<string> {
    await world.accept({ recipients: [address], fields, subject, text: 'STAFF-ANSWER' });
    const [mail] = await world.waitFor('outside', ({ to }) => to === address);
    assert.equal(mail?.text.includes('STAFF-ANSWER'), mail?.kind === 'relay');
    return mail?.kind ?? '';
  }

  it('protects an answer to the notice, to the message itself, and to the author’s own mail about it', async () => {
    const answers: readonly (readonly string[])[] = [
      [`In-Reply-To: ${noticeId}`],
      [`References: <other@outside.example>\r\n\t${noticeId} <reply@outside.example>`],
      ['In-Reply-To: <first@hospital.test>'],
      [`In-Reply-To: ${securedId}`],
      // What a mail program makes of the recipient's ordinary reply and the staff's answer to that.
      [
        'In-Reply-To: <janes-reply@outside.example>',
        `References: <first@hospital.test> ${noticeId} <janes-reply@outside.example>`,
      ],
    ];
    for (const [i, fields] of answers.entries())
      assert.equal(
        await kindThatReaches(`answer${i}@outside.example`, fields, 'AW: lunch'),
        'notice',
        fields.join(),
      );
  });

  it('protects by the message code in the subject where the references are lost', async () => {
    assert.notEqual(code, '');
    const subjects = [
      `Re: Secure message from Ann Lee (${code})`,
      `RE: ${code.toLowerCase()}`,
      `=?utf-8?Q?Re:_${code.slice(0, 5)}?=\r\n =?utf-8?Q?${code.slice(5)}?=`,
    ];
    for (const [i, subject] of subjects.entries())
      assert.equal(await kindThatReaches(`code${i}@outside.example`, [], subject), 'notice', subject);
  });

  it('leaves other threads alone', async () => {
    assert.equal(
      await kindThatReaches('other@outside.example', ['In-Reply-To: <someone@outside.example>'], 'Re: lunch'),
      'relay',
    );
  });

  it('protects the answer to an answer, which knows only the answer’s own Message-ID', async () => {
    await world.accept({
      recipients: [JANE],
      mail: `From: ann.lee@hospital.test\r\nSubject: Re: x\r\nMessage-ID: <second@hospital.test>\r\nIn-Reply-To: ${noticeId}\r\n\r\nx\r\n`,
    });
    assert.equal(
      await kindThatReaches('chain@outside.example', ['In-Reply-To: <second@hospital.test>'], 'Re: x'),
      'notice',
    );
  });
});
