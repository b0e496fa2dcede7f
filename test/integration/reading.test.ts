/** A recipient from the notice to the text, over the portal's own HTTP; and what ends it: lock and expiry. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { DAY_MS, FakeClock } from '#src/base/clock.ts';
import { eventually } from '#test/support/eventually.ts';
import {
  CleanUpLater,
  startGatewayWithSinks,
  type GatewayWithSinks,
} from '#test/support/gateway-with-sinks.ts';
import { codeOf, PortalClient, tokenOf } from '#test/support/portal-client.ts';

const JANE = 'jane@outside.example';

describe('reading', () => {
  const cleanUp = new CleanUpLater();
  const clock = new FakeClock();
  let world: GatewayWithSinks;
  let jane: PortalClient;
  before(async () => {
    world = await startGatewayWithSinks(cleanUp, { clock });
    jane = new PortalClient(world.gateway.publicUrl);
  });
  after(cleanUp.run);

  async function sendTo(recipients: readonly string[], subject: string, text: string) {
    const queueId = await world.accept({ recipients, subject, text });
    clock.advance(1);
    const link = async (address: string): Promise<string> => {
      const [notice] = await world.waitFor(
        'outside',
        (mail) => mail.kind === 'notice' && mail.to === address && !seen.has(mail.messageId),
      );
      seen.add(notice?.messageId ?? '');
      return notice?.link ?? '';
    };
    return { queueId, link };
  }
  const seen = new Set<string>();
  const receipts = (queueId: string) =>
    world.rows("select id from audit_entries where event = 'message-opened' and messageId = ?", queueId)
      .length;

  let first = '';
  it('registers by link, code and password, and reads what was sent, bit for bit', async () => {
    const sent = await sendTo([JANE], 'send secure: your results', 'Grüße, Jane.');
    first = sent.queueId;
    const link = await sent.link(JANE);
    assert.equal((await jane.request('GET', `/api/links/${tokenOf(link)}`)).status, 200);
    const registered = await jane.register(link, async () => {
      const [mail] = await world.waitFor('outside', ({ kind, to }) => kind === 'code' && to === JANE);
      return codeOf(mail?.subject ?? '');
    });
    assert.deepEqual([registered.status, registered.body['messageId']], [201, first]);
    assert.equal(receipts(first), 0, 'registering opens nothing');
    const opened = await jane.open(first);
    assert.equal(opened.status, 200);
    const content = (await jane.stream(opened.body, 'content')).toString('utf8');
    assert.match(content, /^From: "Dr\. Ann Lee" <ann\.lee@hospital\.test>\r\n/u);
    assert.ok(content.endsWith('\r\n\r\nGrüße, Jane.\r\n'));
    assert.ok(!content.includes('X-SendSecure-Mark'), 'no trace field inside');
    const index = await jane.index(opened.body);
    assert.equal(index.header.subject, 'send secure: your results');
    const [receipt] = await world.waitFor(
      'inside',
      ({ kind, text }) => kind === 'opened' && text.includes(JANE),
    );
    assert.equal(receipt?.to, 'ann.lee@hospital.test');
  });

  it('makes one receipt of fifty openings at once', async () => {
    const sent = await sendTo([JANE], 'send secure', 'second');
    const answers = await Promise.all(Array.from({ length: 50 }, () => jane.open(sent.queueId)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(receipts(sent.queueId), 1);
    await world.settled();
    assert.equal(world.at('inside', ({ kind }) => kind === 'opened').length, 2, 'one for each message');
  });

  it('lists both messages without opening any, and a later one is wrapped to the account', async () => {
    const sent = await sendTo([JANE, 'ben@outside.example'], 'send secure: third', 'third');
    const list = await jane.list();
    assert.deepEqual(
      list.map(({ opened, subject }) => [opened, subject]),
      [
        [false, 'send secure: third'],
        [true, 'send secure'],
        [true, 'send secure: your results'],
      ],
    );
    assert.equal(receipts(sent.queueId), 0);
    const wraps = world.rows(
      'select holderKind from wraps where messageId = ? order by holderKind',
      sent.queueId,
    );
    assert.deepEqual(
      wraps.map(({ holderKind }) => holderKind).filter((kind) => kind !== 'spool'),
      ['account', 'enrolment'],
    );
    const signedIn = new PortalClient(world.gateway.publicUrl);
    assert.equal((await signedIn.signIn(JANE)).status, 200);
    assert.equal((await signedIn.open(sent.queueId)).status, 200);
  });

  it('W32: opens nothing for nobody, and nothing of others', async () => {
    const stranger = new PortalClient(world.gateway.publicUrl);
    assert.equal((await stranger.open(first)).status, 401);
    const sent = await sendTo(['ben@outside.example'], 'send secure', 'for Ben alone');
    assert.equal((await jane.open(sent.queueId)).status, 404);
    assert.equal((await jane.open('01ARZ3NDEKTSV4RRFFQ69G5FAV')).status, 404);
  });

  it('"not for me" locks that copy and tells the author; a key that was kept fetches nothing more', async () => {
    const sent = await sendTo([JANE], 'send secure', 'wrong person');
    const notices = world.at('outside', ({ kind, to }) => kind === 'notice' && to === JANE);
    await world.settled();
    const link = world.at('outside', ({ kind, to }) => kind === 'notice' && to === JANE).at(-1)?.link ?? '';
    assert.ok(notices.length > 0);
    const opened = await jane.open(sent.queueId);
    assert.equal(opened.status, 200);
    const locked = await jane.request('POST', `/api/links/${tokenOf(link)}/not-for-me`, { confirm: true });
    assert.equal(locked.status, 200);
    const [told] = await world.waitFor('inside', ({ kind }) => kind === 'not-for-me');
    assert.equal(told?.to, 'ann.lee@hospital.test');
    assert.equal((await jane.open(sent.queueId)).status, 410);
    await assert.rejects(jane.stream(opened.body, 'content'), /410/u);
    assert.equal((await jane.list())[0]?.state, 'locked');
  });

  it('an expired message is closed, whatever the reader kept', async () => {
    const opened = await jane.open(first);
    assert.equal(opened.status, 200);
    // In two steps: an account that rests for a year has to prove its mailbox again.
    for (const days of [200, 166]) {
      clock.advance(days * DAY_MS);
      assert.equal((await jane.signIn(JANE)).status, 200);
    }
    await eventually('expired', async () => (await jane.open(first)).status === 410);
    await assert.rejects(jane.stream(opened.body, 'content'), /410/u);
  });
});
