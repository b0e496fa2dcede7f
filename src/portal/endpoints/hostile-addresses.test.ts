/** S59: hostile addresses typed into the forms of the site, and odd ones that are right and register. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';

import { HOUR_MS } from '#src/base/clock.ts';
import { GOOD_PASSWORD, openPortalWorld, TestBrowser, type PortalWorld } from '#test/support/portal-world.ts';

const file = new URL('../../../test/fixtures/smtp/hostile-addresses.json', import.meta.url);
const lists = JSON.parse(readFileSync(file, 'utf8')) as Record<string, readonly string[]>;
const wrong = ['refused', 'refusedWithSmtputf8', 'endsSession'].flatMap((name) => lists[name] ?? []);
const right = [...(lists['taken'] ?? []), ...(lists['takenWithSmtputf8'] ?? [])];
/** Each one of so many: which are taken for addresses is tested where they are parsed. */
const every = (step: number): string[] => [...wrong, ...right].filter((_, index) => index % step === 0);

describe('hostile addresses on the site', () => {
  let world: PortalWorld;
  before(async () => {
    world = await openPortalWorld();
  });
  after(() => world.dispose());

  it('get the answer that an unknown address gets, and nothing is mailed or logged', async () => {
    const mails = world.mails.length;
    const { messageCode } = (await world.send(['jane@mail.test'])).copies[0] ?? { messageCode: '' };
    const sent = world.mails.length;
    const forms = async (address: string, from: string) => {
      const browser = new TestBrowser(world, { remoteAddress: from });
      const reset = await browser.post('/api/reset', { address });
      const checked = await browser.post('/api/check', { code: messageCode, address });
      return [reset.statusCode, reset.json(), checked.statusCode, checked.json()];
    };
    const expected = await forms('nobody@outside.test', '192.0.2.1');
    assert.deepEqual([expected[0], expected[2], expected[3]], [202, 200, { genuine: false }]);
    for (const [index, address] of every(3).entries()) {
      const network = `10.8.${index}.1`;
      assert.deepEqual(await forms(address, network), expected, JSON.stringify(address));
    }
    assert.equal(world.mails.length, sent, 'no mail');
    assert.equal(sent, mails);
    assert.deepEqual(
      world.logged.filter(({ level }) => level === 'warn' || level === 'error'),
      [],
    );
  });

  it('sign nobody in, and all get one answer', async () => {
    const answers = new Set<string>();
    // Each try costs a whole password hash, whatever the address is.
    for (const [index, address] of ['nobody@outside.test', ...every(40)].entries()) {
      const browser = new TestBrowser(world, { remoteAddress: `10.9.${index}.1` });
      const response = await browser.post('/api/session', { address, password: GOOD_PASSWORD });
      answers.add(`${response.statusCode} ${response.body}`);
    }
    assert.equal(answers.size, 1, [...answers].join('\n'));
    assert.match([...answers][0] ?? '', /^401 /u);
  });

  it('register where they are right, each as itself', async () => {
    for (const address of [
      '"a> NOTIFY=NEVER"@outside.test',
      `"' or 1=1--"@outside.test`,
      '"u@jane.test"@outside.test',
      "#!$%&'*+/=?^_`{|}~-@outside.test",
      '__proto__@outside.test',
      'u@ex\u00e4mple.test',
    ]) {
      world.clock.advance(HOUR_MS);
      const [copy] = (await world.send([address])).copies;
      const browser = new TestBrowser(world);
      assert.equal((await browser.post(`/api/links/${copy?.token}/code`)).statusCode, 202, address);
      const code = world.lastCode(address);
      const verified = await browser.post(`/api/links/${copy?.token}/code/verify`, { code });
      assert.equal(verified.statusCode, 200, address);
      const done = await browser.post('/api/registration/password', {
        password: GOOD_PASSWORD,
        locale: 'en',
      });
      assert.equal(done.statusCode, 201, address);
      assert.equal((await browser.get('/api/session')).json().address, address);
    }
    const look = new TestBrowser(world);
    const other = await look.post('/api/session', {
      address: 'u@exa\u0308mple.test',
      password: GOOD_PASSWORD,
    });
    assert.equal(other.statusCode, 200, 'one domain, however it is written');
    const alike = await look.post('/api/session', {
      address: 'u@ex\u0430mple.test',
      password: GOOD_PASSWORD,
    });
    assert.equal(alike.statusCode, 401, 'a look-alike is another');
  });
});
