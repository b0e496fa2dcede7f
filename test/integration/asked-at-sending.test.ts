/** Words behind the code and fields of applications: what they change, what readers see of them, and what the author is told. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { DAY_MS, FakeClock, MINUTE_MS } from '#src/base/clock.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient, tokenOf } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';
const OMAR = 'omar@elsewhere.example';
const ANN = 'ann.lee@hospital.test';

describe('asked for at sending', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock(Date.UTC(2026, 10, 21, 12));
  let world: GatewayWithSinks;
  let jane: PortalClient;
  let messageId = '';

  const send = (recipients: readonly string[], subject: string, fields: readonly string[] = []) =>
    world.accept({
      recipients,
      mail: [
        `From: "Dr. Ann Lee" <${ANN}>`,
        `To: ${recipients.join(', ')}`,
        `Subject: ${subject}`,
        ...fields,
        '',
        'Inside.',
        '',
      ].join('\r\n'),
    });
  const rowOf = (id: string, address: string) =>
    world.rows('select * from recipients where messageId = ? and address = ?', id, address)[0] ?? {};
  const securedAbout = async (count: number) =>
    (await world.waitFor('inside', ({ kind }) => kind === 'secured', count)).at(-1)?.text ?? '';

  before(async () => {
    world = await startGatewayWithSinks(cleanUp, {
      clock,
      toml: {
        organization: 'timeZone = "America/New_York"',
        '[rules]': 'name = "label"\nfield = "Sensitivity"\ncontains = "Confidential"\nverify = true',
        reminders: 'recipientDays = 30\nauthorDays = 0',
      },
    });
    messageId = await send([JANE], 'send secure expires 14d, read by 25 Nov, no reply: Canary results');
    await world.waitFor('outside', ({ kind }) => kind === 'notice');
    await world.settled();
  });
  after(cleanUp.run);

  it('R72: sets the copy’s date, the day to be read by, and that it can’t be answered', async () => {
    const row = rowOf(messageId, JANE);
    assert.equal(row['expiresAt'], Date.UTC(2026, 11, 6, 5));
    assert.equal(row['readBy'], Date.UTC(2026, 10, 26, 5));
    assert.equal(row['noReply'], 1);
    const [notice] = world.at('outside', ({ kind }) => kind === 'notice');
    assert.match(notice?.text ?? '', /until\s+5 December 2026/u);
    const text = (await securedAbout(1)).replaceAll(/\s+/gu, ' ');
    assert.match(text, /Nobody can open it after 5 December 2026\./u);
    assert.match(text, /We tell you who has not opened it by the end of 25 November 2026\./u);
    assert.match(text, /It cannot be answered on our website\./u);
    assert.doesNotMatch(text, /Canary|did not understand/u);
  });

  it('takes the words out of the shown subject and leaves the content as it came', async () => {
    jane = new PortalClient(world.gateway.publicUrl);
    const link = world.at('outside', ({ kind }) => kind === 'notice')[0]?.link ?? '';
    await jane.register(link, async () => {
      const [mail] = await world.waitFor('outside', ({ kind }) => kind === 'code');
      return codeOf(mail?.subject ?? '');
    });
    const opened = await jane.open(messageId);
    assert.equal(opened.status, 200);
    assert.equal((await jane.index(opened.body)).header.subject, 'send secure: Canary results');
    const content = (await jane.stream(opened.body, 'content')).toString('latin1');
    assert.match(
      content,
      /^Subject: send secure expires 14d, read by 25 Nov, no reply: Canary results\r\n/mu,
    );
  });

  it('refuses an answer on the server', async () => {
    const draft = await jane.openDraft(messageId);
    assert.deepEqual([draft.status, (draft.body as unknown as { code: string }).code], [403, 'no-reply']);
  });

  it('takes fields of applications for the same, protects for them, and passes none on', async () => {
    const id = await send([OMAR, ANN], 'Monthly figures', [
      'X-SendSecure-Expires: 2026-12-31',
      'X-SendSecure-No-Reply: yes',
      'X-SendSecure-Read-By: 1/12',
    ]);
    await world.settled();
    const row = rowOf(id, OMAR);
    assert.deepEqual(
      [row['protection'], row['rule'], row['expiresAt'], row['noReply'], row['readBy']],
      ['secure-message', 'header-switch', Date.UTC(2027, 0, 1, 5), 1, null],
    );
    assert.equal(rowOf(id, ANN)['expiresAt'], null, 'what stays inside has no date');
    const [relayed] = await world.waitFor('inside', ({ kind }) => kind === 'relay' || kind === null);
    assert.doesNotMatch(
      relayed?.bytes.toString('latin1') ?? 'X-SendSecure-Expires',
      /X-SendSecure-(?:Expires|No|Read)/iu,
    );
    assert.match(await securedAbout(2), /After "read by" stands no day that we can read/u);
  });

  it('says what was not understood, and leaves it in the subject', async () => {
    const id = await send([JANE], 'send secure no reply expires whenever Canary');
    await world.settled();
    const text = (await securedAbout(3)).replaceAll(/\s+/gu, ' ');
    assert.match(text, /After "expires" stands no day that we can read/u);
    assert.doesNotMatch(text, /whenever|Canary/u);
    const opened = await jane.open(id);
    assert.equal((await jane.index(opened.body)).header.subject, 'send secure expires whenever Canary');
  });

  it('tells the author of the day that was named, although the configuration tells of none, and reminds before it', async () => {
    const id = await send([OMAR], 'send secure read by 24 Nov Labs');
    await world.settled();
    const due = async (kind: string, sink: 'inside' | 'outside'): Promise<number> => {
      await Promise.all([1, 2].map(() => world.gateway.gateway.reminders.sendDue()));
      await world.settled();
      return world.at(sink, (mail) => mail.kind === kind).length;
    };
    assert.equal(await due('not-opened', 'inside'), 0);
    clock.advance(2 * DAY_MS);
    assert.deepEqual([await due('reminder', 'outside'), await due('not-opened', 'inside')], [0, 0]);
    // A day before the end of the 24th in New York.
    clock.advance(17 * 60 * MINUTE_MS + MINUTE_MS);
    assert.deepEqual([await due('reminder', 'outside'), await due('not-opened', 'inside')], [1, 0]);
    clock.advance(DAY_MS);
    assert.equal(await due('not-opened', 'inside'), 1);
    const told = world.rows("select recipientId from audit_entries where event = 'author-told-not-opened'");
    assert.deepEqual(
      told.map(({ recipientId }) => recipientId),
      [rowOf(id, OMAR)['id']],
    );
  });

  it('R27: keeps it closed until its author has told a code by telephone, also where a rule asks for it', async () => {
    const isNotice = ({ kind }: { readonly kind: string | null }) => kind === 'notice';
    const notices = world.at('outside', isNotice);
    for (const { text } of notices) assert.doesNotMatch(text, /by\s+telephone/u);
    const verified = await send([JANE], 'send secure verify Labs');
    const announced = (await world.waitFor('outside', isNotice, notices.length + 1)).at(-1);
    assert.match(announced?.text ?? '', /a\s+code\s+that\s+Dr\.\s+Ann\s+Lee\s+gives\s+you\s+by\s+telephone/u);
    const ruled = await send([JANE], 'Labs', ['Sensitivity: Company-Confidential']);
    await world.settled();
    await jane.signIn(JANE);
    for (const id of [verified, ruled]) {
      assert.equal(rowOf(id, JANE)['secondChannel'], 1);
      const refused = await jane.open(id);
      assert.deepEqual(
        [refused.status, (refused.body as unknown as { code: string }).code],
        [403, 'needs-code'],
      );
    }
    assert.equal(rowOf(messageId, JANE)['secondChannel'], null);
    const secured = world.at(
      'inside',
      ({ kind, text }) => kind === 'secured' && /by\s+telephone/u.test(text),
    );
    assert.equal(secured.length, 2);
  });

  it('ends the copy on its date, although the message is kept', async () => {
    clock.advance(20 * DAY_MS);
    const link = world.at('outside', ({ kind }) => kind === 'notice')[0]?.link ?? '';
    const state = await jane.request('GET', `/api/links/${tokenOf(link)}`);
    assert.equal(state.body['state'], 'expired');
  });
});
