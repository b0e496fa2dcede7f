/** Codes that the help desk reads out, in place of mailed ones: registration, a new password, joining without a link. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { HandOverCodes, HAND_OVER_LIFETIME_MS } from '#src/accounts/hand-over-codes.ts';
import { Throttle } from '#src/accounts/throttle.ts';
import { SECOND_MS } from '#src/base/clock.ts';
import { systemRandom } from '#src/base/identifiers.ts';
import { statement } from '#src/storage/database.ts';
import {
  GOOD_PASSWORD,
  openPortalWorld,
  TestBrowser,
  TestPage,
  type PortalWorld,
  type SentCopy,
  type SentMessage,
} from '#test/support/portal-world.ts';

describe('a code by telephone', () => {
  let world: PortalWorld;
  let codes: HandOverCodes;
  before(async () => {
    world = await openPortalWorld();
    codes = new HandOverCodes({ ...world, random: systemRandom }, new Throttle(world));
  });
  after(() => world.dispose());

  let count = 0;
  const send = async (address = `nomail-${count++}@mail.test`) => {
    const message: SentMessage = await world.send([address]);
    const [copy] = message.copies as [SentCopy];
    return { message, copy, url: `/api/links/${copy.token}` };
  };
  const make = async (address: string): Promise<string> => {
    const issued = await codes.issue(address, 'worker-1');
    assert.ok(issued.outcome === 'issued');
    await world.database.commit(issued.statements);
    assert.match(issued.code, /^\d{8}$/u);
    return issued.code;
  };
  const wrongOne = (code: string): string => (code === '00000000' ? '00000001' : '00000000');
  const answer = (reply: { statusCode: number; json(): { code?: string; triesLeft?: number } }) => {
    const { code, triesLeft } = reply.json();
    return [reply.statusCode, code, triesLeft];
  };
  const open = (browser: TestBrowser, { messageId }: SentMessage) =>
    browser.post(`/api/messages/${messageId}/open`, { pageKey: new TestPage().pageKey });
  const entriesOf = async (event: string, address: string): Promise<Record<string, unknown>[]> => {
    const rows = await world.database.query
      .selectFrom('audit_entries')
      .select('entry')
      .where('event', '=', event)
      .execute();
    return rows
      .map(({ entry }) => (JSON.parse(entry) as { facts: Record<string, unknown> }).facts)
      .filter((facts) => facts['address'] === address);
  };

  it('registers whom no code could be mailed to, once, and says who made the code', async () => {
    const { message, copy, url } = await send();
    const code = await make(copy.address);
    const reader = new TestBrowser(world);
    const proven = await reader.post(`${url}/code/verify`, { code: `${code.slice(0, 4)} ${code.slice(4)}` });
    assert.deepEqual([proven.statusCode, proven.json().next], [200, 'choose-password']);
    assert.equal(
      (await reader.post('/api/registration/password', { password: GOOD_PASSWORD })).statusCode,
      201,
    );
    assert.equal((await open(reader, message)).statusCode, 200);
    assert.deepEqual(await entriesOf('hand-over-code-used', copy.address), [
      { address: copy.address, for: 'registration', madeBy: 'worker-1' },
    ]);
    const row = await world.database.query
      .selectFrom('hand_over_codes')
      .selectAll()
      .where('canonicalAddress', '=', copy.address)
      .executeTakeFirstOrThrow();
    assert.ok(!JSON.stringify(row).includes(code) && !Buffer.from(row.codeHash).includes(code));
    assert.ok(!JSON.stringify(world.logged).includes(code));
  });

  it('of two at once one counts, and it counts once', async () => {
    const { copy, url } = await send();
    const code = await make(copy.address);
    const both = await Promise.all(
      [1, 2].map(() => new TestBrowser(world).post(`${url}/code/verify`, { code })),
    );
    assert.equal(both.filter(({ statusCode }) => statusCode === 200).length, 1);
    assert.notEqual((await new TestBrowser(world).post(`${url}/code/verify`, { code })).statusCode, 200);
  });

  it('is good for five tries, and half an hour; a new one has tries of its own', async () => {
    const { copy, url } = await send();
    const code = await make(copy.address);
    const type = (typed: string) => new TestBrowser(world).post(`${url}/code/verify`, { code: typed });
    for (const left of [4, 3, 2, 1])
      assert.deepEqual(answer(await type(wrongOne(code))), [422, 'code-wrong', left]);
    assert.equal(answer(await type(wrongOne(code)))[1], 'code-expired');
    assert.equal(answer(await type(code))[1], 'code-expired', 'no tries are left for the right one');
    const next = await make(copy.address);
    world.clock.advance(HAND_OVER_LIFETIME_MS);
    assert.equal(answer(await type(next))[1], 'code-wrong', 'too late');
    assert.equal((await type(await make(copy.address))).statusCode, 200);
  });

  it('proves no other address', async () => {
    const [first, second] = [await send(), await send()];
    const code = await make(first.copy.address);
    const other = await new TestBrowser(world).post(`${second.url}/code/verify`, { code });
    assert.equal(other.json().code, 'code-wrong');
  });

  it('answers alike whether an address has a code, an account, or neither', async () => {
    const known = await send();
    await new TestBrowser(world).register(known.copy);
    const coded = await send();
    const code = await make(coded.copy.address);
    const answers = async (path: string, address: string) => {
      const replies: unknown[] = [];
      for (let i = 0; i < 6; i++)
        replies.push(answer(await new TestBrowser(world).post(path, { code: wrongOne(code), address })));
      return replies;
    };
    for (const [path, addresses] of [
      ['/api/reset/verify', [known.copy.address, coded.copy.address, 'nobody-1@mail.test']],
      ['/api/join/verify', ['nobody-2@mail.test', 'nobody-3@mail.test']],
    ] as const) {
      const [first, ...others] = await Promise.all(addresses.map((address) => answers(path, address)));
      for (const other of others) assert.deepEqual(other, first, path);
    }
  });

  it('sets a new password as a reset by mail alone does: what was opened before stays closed', async () => {
    const first = await send();
    const { address } = first.copy;
    const reader = new TestBrowser(world);
    await reader.register(first.copy);
    assert.equal((await open(reader, first.message)).statusCode, 200);
    const code = await make(address);
    const linked = await new TestBrowser(world).post(`${first.url}/code/verify`, { code });
    assert.equal(linked.json().code, 'already-registered', 'the link asks for the password then');
    world.clock.advance(SECOND_MS);
    const again = new TestBrowser(world);
    const needs = await again.post('/api/reset/verify', { code, address: address.toUpperCase() });
    assert.deepEqual([needs.statusCode, needs.json().secondFactor], [200, false]);
    const set = await again.post('/api/reset/password', { password: `${GOOD_PASSWORD} 2` });
    assert.equal(set.statusCode, 200);
    assert.match(world.lastMail('account-change', address), /password/iu);
    assert.equal((await open(again, first.message)).json().code, 'needs-release');
    assert.equal((await reader.get('/api/session')).json().signedIn, false, 'all sessions ended');
    assert.equal((await entriesOf('hand-over-code-used', address))[0]?.['for'], 'reset');
  });

  it('lets somebody in who got no mail of ours at all: by address, without a link', async () => {
    const { message, copy } = await send();
    const code = await make(copy.address);
    const reader = new TestBrowser(world);
    const joined = await reader.post('/api/join/verify', { code, address: copy.address });
    assert.deepEqual([joined.statusCode, joined.json().address], [200, copy.address]);
    await reader.post('/api/registration/password', { password: GOOD_PASSWORD });
    assert.equal((await open(reader, message)).statusCode, 200);
  });

  it('a row that we did not write proves nothing, and raises the alarm', async () => {
    const { copy, url } = await send();
    const code = await make(copy.address);
    const other = await send();
    await world.database.commit([
      statement(
        world.database.query
          .updateTable('hand_over_codes')
          .set({ canonicalAddress: other.copy.address })
          .where('canonicalAddress', '=', copy.address),
        { exactly: 1 },
      ),
    ]);
    const planted = await new TestBrowser(world).post(`${other.url}/code/verify`, { code });
    assert.equal(planted.statusCode, 404);
    assert.ok((await world.auditEvents()).includes('tamper-detected'));
    assert.equal(
      (await new TestBrowser(world).post(`${url}/code/verify`, { code })).json().code,
      'code-wrong',
    );
  });

  it('is removed when it is over', async () => {
    const { copy } = await send();
    await make(copy.address);
    world.clock.advance(HAND_OVER_LIFETIME_MS + 1);
    await world.database.commit(world.portal.sweep());
    const left = await world.database.query.selectFrom('hand_over_codes').selectAll().execute();
    assert.deepEqual(left, []);
  });
});
