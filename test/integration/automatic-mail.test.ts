/** Mail that machines write is never held and never answered by us; the code and the thread still count. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';

const NEAR_MISS = 'Subject: sned secure your appointment';
const FROM = 'From: Ann Lee <ann.lee@hospital.test>';

interface AutomaticMail {
  readonly name: string;
  readonly reversePath?: string;
  readonly lines: readonly string[];
}

const boundary = (parts: readonly (readonly string[])[]): string[] => [
  ...parts.flatMap((part) => ['--b', ...part]),
  '--b--',
];

const AUTOMATIC: readonly AutomaticMail[] = [
  {
    name: 'out of office',
    reversePath: '',
    lines: [FROM, NEAR_MISS, 'Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All', '', 'Away.'],
  },
  {
    name: 'out of office with a reverse-path',
    lines: [FROM, NEAR_MISS, 'Auto-Submitted: auto-replied (vacation)', '', 'Away.'],
  },
  {
    name: 'non-delivery report',
    reversePath: '',
    lines: [
      'From: postmaster@hospital.test',
      NEAR_MISS,
      'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
      '',
      ...boundary([
        ['Content-Type: text/plain', '', 'No such user.'],
        [
          'Content-Type: message/delivery-status',
          '',
          'Reporting-MTA: dns; mx.hospital.test',
          '',
          'Action: failed',
        ],
      ]),
    ],
  },
  {
    name: 'disposition notification',
    lines: [
      FROM,
      NEAR_MISS,
      'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
      '',
      ...boundary([
        ['Content-Type: text/plain', '', 'Read.'],
        [
          'Content-Type: message/disposition-notification',
          '',
          'Disposition: manual-action/MDN-sent-manually; displayed',
        ],
      ]),
    ],
  },
  {
    name: 'journal report',
    lines: [
      FROM,
      NEAR_MISS,
      'X-MS-Journal-Report:',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      ...boundary([
        ['Content-Type: text/plain', '', 'Sender: ann.lee@hospital.test'],
        ['Content-Type: message/rfc822', '', 'Subject: x', '', 'x'],
      ]),
    ],
  },
  {
    name: 'calendar reply',
    lines: [
      FROM,
      NEAR_MISS,
      'Content-Type: text/calendar; method=REPLY',
      '',
      'BEGIN:VCALENDAR',
      'END:VCALENDAR',
    ],
  },
  {
    name: 'calendar reply as mail programs send it',
    lines: [
      FROM,
      NEAR_MISS,
      'Content-Type: multipart/alternative; boundary=b',
      '',
      ...boundary([
        ['Content-Type: text/plain', '', 'Accepted'],
        ['Content-Type: text/calendar; charset=utf-8; method=REPLY', '', 'BEGIN:VCALENDAR', 'END:VCALENDAR'],
      ]),
    ],
  },
  { name: 'mailing list', lines: [FROM, NEAR_MISS, 'List-Id: <news.hospital.test>', '', 'News.'] },
];

describe('automatic mail', () => {
  const cleanUp = new CleanUpLater();
  let world: GatewayWithSinks;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp);
  });
  after(cleanUp.run);

  for (const [i, { name, reversePath, lines }] of AUTOMATIC.entries()) {
    it(`is never held and never answered: ${name}`, async () => {
      const to = `automatic${i}@outside.example`;
      await world.accept({
        recipients: [to],
        mail: `${lines.join('\r\n')}\r\n`,
        ...(reversePath !== undefined && { reversePath }),
      });
      const [relayed] = await world.waitFor('outside', (mail) => mail.to === to);
      assert.equal(relayed?.kind, 'relay');
      await world.settled();
      assert.deepEqual(world.summary('inside'), []);
    });

    it(`is protected where it carries the code, and still not answered: ${name}`, async () => {
      const to = `coded${i}@outside.example`;
      await world.accept({
        recipients: [to],
        mail: `${lines.join('\r\n').replace('sned secure', 'send secure')}\r\n`,
        ...(reversePath !== undefined && { reversePath }),
      });
      const [notice] = await world.waitFor('outside', (mail) => mail.to === to);
      assert.equal(notice?.kind, 'notice');
      await world.settled();
      assert.deepEqual(world.summary('inside'), []);
    });
  }

  it('sends no report on failure to a null reverse-path', async (t) => {
    const refusing = await startGatewayWithSinks(t, {
      outside: { answer: ({ verb }) => (verb === 'RCPT' ? '550 5.1.1 No such user' : null) },
    });
    for (const { lines } of AUTOMATIC.slice(0, 3))
      await refusing.accept({
        recipients: ['gone@outside.example'],
        mail: `${lines.join('\r\n')}\r\n`,
        reversePath: '',
      });
    await refusing.settled();
    assert.deepEqual(refusing.summary('inside'), []);
    assert.equal(refusing.rows("select id from deliveries where state = 'failed'").length, 3);
  });
});
