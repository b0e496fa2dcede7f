/** The help desk by address: what it is told and never told, what it can do, that each look and act is recorded. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { accountAddressMac, accountMac, sessionMac } from '#src/accounts/row-mac.ts';
import { HOUR_MS } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import { statement, type Database } from '#src/storage/database.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import { openStaffWorld, type StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const JANE = 'jane.desk@outside.example';

export function testHelpDesk(opened: () => Database): void {
  let world: StaffWorld;
  let helper: StaffBrowser;
  before(async () => {
    world = await openStaffWorld({ database: opened() });
    helper = await world.signedIn(await world.addPerson('harry@hospital.test', ['help-desk']));
  });
  after(() => world.dispose());

  const events = async (event: string): Promise<string[]> => {
    const { query } = world.database;
    const rows = await query
      .selectFrom('audit_entries')
      .select('entry')
      .where('event', '=', event as 'signed-in')
      .execute();
    return rows.map(({ entry }) => entry).filter((entry) => entry.includes(JANE));
  };
  const lookUp = async (address = JANE): Promise<string> => {
    const { statusCode, body } = await helper.post('/help-desk', { address });
    assert.equal(statusCode, 200);
    return body.replaceAll(/\s+/gu, ' ');
  };

  test('R31: tells the server’s codes and what to try, never subjects or the server’s words', async () => {
    const recipients = [
      {
        address: JANE,
        state: 'failed',
        lastReply: '550 5.1.1 <secret subject canary> unknown',
        settledAt: 1,
      },
    ] as const;
    await addAuthored(world, { author: 'ann@hospital.test', subject: 'Canary results', recipients });
    const page = await lookUp(` ${JANE.toUpperCase()} `);
    assert.match(page, /answered 550 5\.1\.1\./u);
    assert.match(page, /There is no mailbox with this address\./u);
    assert.match(page, /Check the spelling/u);
    assert.match(page, /ann@hospital\.test/u);
    assert.match(page, /There is no account/u);
    assert.doesNotMatch(page, /canary/iu);
    assert.equal((await events('help-desk-looked-up')).length, 1);
  });

  test('says where an address is none, or nothing was sent to it', async () => {
    assert.match((await helper.post('/help-desk', { address: 'nobody' })).body, /That is no email address/u);
    assert.match(await lookUp('nothing@outside.example'), /We have sent nothing to this address/u);
  });

  test('sends the link again, once an hour, and for this address only', async () => {
    const { recipientIds } = await addAuthored(world, {
      author: 'ann@hospital.test',
      subject: 'Results',
      recipients: [{ address: JANE }],
    });
    const again = async (address: string): Promise<string> =>
      (await helper.post('/help-desk/announce', { address, recipient: recipientIds[0] ?? '' })).body;
    assert.match(await again('other@outside.example'), /Nothing was done/u);
    assert.equal((await events('notice-sent-again')).length, 0);
    assert.match(await again(JANE), /Done\./u);
    assert.match(await again(JANE), /once an hour/u);
    assert.equal((await events('notice-sent-again')).length, 1);
  });

  test('signs the owner of the address out everywhere', async () => {
    const { keys, clock, database } = world;
    const now = clock.now();
    const account = {
      id: newId(clock),
      createdAt: now,
      state: 'active' as const,
      locale: 'en',
      resetAt: null,
      lastSignInAt: now,
      suspendedBefore: null,
    };
    const proof = { canonicalAddress: JANE, accountId: account.id, address: JANE, provenAt: now };
    const session = {
      tokenHash: Buffer.alloc(32, 7),
      kind: 'recipient' as const,
      accountId: account.id,
      canonicalAddress: null,
      recipientId: null,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + HOUR_MS,
      browser: null,
    };
    const { query } = database;
    await database.commit([
      statement(query.insertInto('accounts').values({ ...account, mac: accountMac(keys, account) })),
      statement(
        query.insertInto('account_addresses').values({ ...proof, mac: accountAddressMac(keys, proof) }),
      ),
      statement(query.insertInto('sessions').values({ ...session, mac: sessionMac(keys, session) })),
    ]);
    assert.match(await lookUp(), /Signed in now: 1\./u);
    const { body } = await helper.post('/help-desk/end-sessions', { address: JANE });
    assert.match(body.replaceAll(/\s+/gu, ' '), /Done\..*Signed in now: 0\./u);
    assert.equal((await events('help-desk-ended-sessions')).length, 1);
  });
}
