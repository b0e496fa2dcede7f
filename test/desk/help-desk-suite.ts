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

  /** An account with these proven addresses; answers with its id. */
  const addAccount = async (...addresses: readonly string[]): Promise<string> => {
    const { keys, clock, database } = world;
    const { query } = database;
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
    const proofs = addresses.map((address) => {
      const proof = { canonicalAddress: address, accountId: account.id, address, provenAt: now };
      return statement(
        query.insertInto('account_addresses').values({ ...proof, mac: accountAddressMac(keys, proof) }),
      );
    });
    await database.commit([
      statement(query.insertInto('accounts').values({ ...account, mac: accountMac(keys, account) })),
      ...proofs,
    ]);
    return account.id;
  };
  const newsSince = async (since: number): Promise<string[]> => {
    const rows = await world.database.query
      .selectFrom('deliveries')
      .select('recipient')
      .where('kind', '=', 'account-change')
      .where('createdAt', '>=', since)
      .orderBy('recipient')
      .execute();
    return rows.map(({ recipient }) => recipient);
  };

  test('signs the owner of the address out everywhere', async () => {
    const accountId = await addAccount(JANE);
    const { keys, clock, database } = world;
    const now = clock.now();
    const session = {
      tokenHash: Buffer.alloc(32, 7),
      kind: 'recipient' as const,
      accountId,
      canonicalAddress: null,
      recipientId: null,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + HOUR_MS,
      browser: null,
    };
    await database.commit([
      statement(database.query.insertInto('sessions').values({ ...session, mac: sessionMac(keys, session) })),
    ]);
    assert.match(await lookUp(), /Signed in now: 1\./u);
    const { body } = await helper.post('/help-desk/end-sessions', { address: JANE });
    assert.match(body.replaceAll(/\s+/gu, ' '), /Done\..*Signed in now: 0\./u);
    assert.equal((await events('help-desk-ended-sessions')).length, 1);
  });

  const CHECKED = 'Called back on the number in the file';
  const handOver = async (address: string, checked = CHECKED): Promise<string> =>
    (await helper.post('/help-desk/hand-over', { address, checked })).body.replaceAll(/\s+/gu, ' ');
  const codeOn = (page: string): string | undefined => />(\d{4} \d{4})</u.exec(page)?.[1];

  test('makes a hand-over code: shown once, told to every address, recorded with who and how', async () => {
    const [first, second] = ['two.boxes@outside.example', 'second.box@outside.example'];
    const accountId = await addAccount(first, second);
    world.clock.advance(1_000);
    const since = world.clock.now();
    const page = await handOver(first);
    const code = codeOn(page);
    assert.ok(code !== undefined, page);
    assert.match(page, /Read this code out now.*works once/u);
    assert.deepEqual(await newsSince(since), [second, first]);
    const { query } = world.database;
    const [made, ...more] = await query
      .selectFrom('audit_entries')
      .select('entry')
      .where('event', '=', 'hand-over-code-made')
      .where('accountId', '=', accountId)
      .execute();
    assert.ok(made !== undefined && more.length === 0);
    const { facts } = JSON.parse(made.entry) as { facts: Record<string, string> };
    assert.deepEqual([facts['address'], facts['checked']], [first, CHECKED]);
    assert.match(facts['by'] ?? '', /^[0-9A-Z]{26}$/u);
    assert.ok(!made.entry.includes(code.replace(' ', '')));
    assert.equal(codeOn((await helper.post('/help-desk', { address: first })).body), undefined);
    const row = await query
      .selectFrom('hand_over_codes')
      .select(['canonicalAddress', 'madeBy'])
      .where('canonicalAddress', '=', first)
      .executeTakeFirst();
    assert.deepEqual(row, { canonicalAddress: first, madeBy: facts['by'] });
  });

  test('makes none without saying how it was checked, for nobody, and not without end', async () => {
    const since = world.clock.now() + 1_000;
    world.clock.advance(1_000);
    await addAuthored(world, {
      author: 'ann@hospital.test',
      subject: 'Results',
      recipients: [{ address: 'no.account@outside.example' }],
    });
    assert.match(await handOver('no.account@outside.example', '   ok     '), /write how you checked/u);
    assert.match(await handOver('nothing.sent@outside.example'), /Nothing was done/u);
    for (let i = 0; i < 5; i++) assert.ok(codeOn(await handOver('no.account@outside.example')));
    const sixth = await handOver('no.account@outside.example');
    assert.equal(codeOn(sixth), undefined);
    assert.match(sixth, /too many today/u);
    assert.equal((await newsSince(since)).length, 5);
  });

  test('starts a new password: the owner gets a mail, the worker sees no link; once an hour', async () => {
    const address = 'forgetful@outside.example';
    const start = async (path = '/help-desk/start-reset'): Promise<string> =>
      (await helper.post(path, { address })).body.replaceAll(/\s+/gu, ' ');
    assert.match(await start(), /Nothing was done/u);
    const accountId = await addAccount(address);
    world.clock.advance(1_000);
    const since = world.clock.now();
    const accounts = `/administration/accounts/recipient/${accountId}/start-reset`;
    const page = await start();
    assert.match(page, /The mail is on its way/u);
    assert.doesNotMatch(page, /\/m\/[\w-]{22}/u);
    assert.match(await start(), /goes once an hour/u);
    assert.match(await start(accounts), /goes once an hour/u);
    assert.deepEqual(await newsSince(since), [address]);
    world.clock.advance(HOUR_MS);
    helper = await world.signedIn(await world.addPerson('hanna@hospital.test', ['help-desk']));
    assert.match(await start(accounts), /The mail is on its way/u);
    const other = `/administration/accounts/recipient/${newId(world.clock)}/start-reset`;
    assert.match(await start(other), /Nothing was done/u);
    const entries = await world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('event', '=', 'help-desk-started-reset')
      .where('accountId', '=', accountId)
      .execute();
    assert.equal(entries.length, 2);
  });
}
