/**
 * W10: every id that a route of the staff listener takes, given by every role that it does not belong to. The routes come
 * from the listener's own list; one that takes an id without an example here fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import type { LightMyRequestResponse } from 'fastify';

import { HIGHER_ROLES } from '#src/staff/roles.ts';
import { addAuthored } from '#test/support/authored-messages.ts';
import {
  openStaffWorld,
  StaffBrowser,
  type ListedRoute,
  type StaffWorld,
} from '#test/support/staff-world.ts';

const NEVER = '01JD0000000000000000000000';
const ANN = 'ann.lee@hospital.test';

/** Parts of paths that name nothing of anybody, or are the permission themselves. */
const PLAIN = new Set([
  'assets/:name',
  'captured/:id',
  'domains/:domain',
  'held/:token',
  'undo/:token',
  'mails/:token',
  // Texts of the organisation, about nobody.
  'announcements/:file',
  'link/:token',
  'invite/:token',
  'addresses/:token',
  // Open to every officer: who may decide, `test/administration` shows.
  'proposals/:id',
  // Every officer may look, without content, and each look is recorded.
  'tracking/:id',
  // Accounts of others are what these pages are for.
  'recipient/:id',
  'staff/:id',
  // Messages that wait for every security officer.
  'holds/:id',
  // In memory, of who began it: `administration/background-runs.test.ts`.
  'runs/:id',
]);
/** Who besides its author may see something of a message, and on which route alone. */
const ALLOWED: Readonly<Record<string, string>> = {
  'GET /messages/:id/incident/:recipient': 'privacy-officer',
};

interface Asker {
  readonly who: string;
  readonly browser: StaffBrowser;
  /** Ids of ours that they give, by the name of the part of the path. */
  readonly ids: Readonly<Record<string, string>>;
  readonly others: readonly string[];
}

describe('W10: ids of others on the staff pages', () => {
  let world: StaffWorld;
  let askers: Asker[];
  let ann: StaffBrowser;
  let ids: Readonly<Record<string, string>>;
  let form: Record<string, string>;

  before(async () => {
    world = await openStaffWorld();
    const recipients = [{ address: 'jane@outside.example' }, { address: 'omar@outside.example' }];
    const message = await addAuthored(world, { author: ANN, subject: 'Results', recipients });
    const bobs = await addAuthored(world, { author: 'bob@hospital.test', subject: 'Other', recipients });
    const annId = await world.addPerson(ANN);
    ann = await world.signedIn(annId);
    const [session] = await world.staff.sessions.listOf(annId);
    ids = { 'messages/:id': message.id, ':recipient': message.recipientIds[0] ?? '' };
    // What a form of another person would hold, whatever it is that a route takes of it.
    form = {
      address: ANN,
      session: session?.id ?? '',
      passkey: 'none',
      kind: 'own',
      lockedAt: '0',
      askedAt: '0',
      choice: 'stop',
      wish: '0'.repeat(26),
      day: '2026-12-24',
      seen: '',
      q: '',
      filter: 'all',
      from: ANN,
      to: 'x@outside.example',
      passphrase: 'grey winter coat',
    };
    const bob = await world.signedIn(await world.addPerson('bob@hospital.test'));
    const all = Object.keys(ids);
    askers = [
      { who: 'nobody', browser: new StaffBrowser(world), ids, others: all },
      { who: 'another author', browser: bob, ids, others: all },
      {
        who: 'another author, with a message of their own',
        browser: bob,
        ids: { ...ids, 'messages/:id': bobs.id },
        others: [':recipient'],
      },
      {
        who: 'the author, with a recipient of another message',
        browser: ann,
        ids: { ...ids, ':recipient': bobs.recipientIds[0] ?? '' },
        others: [':recipient'],
      },
    ];
    for (const role of HIGHER_ROLES) {
      const browser = await world.signedIn(await world.addPerson(`${role}@hospital.test`, [role]));
      askers.push({ who: role, browser, ids, others: all });
    }
  });
  after(() => world.dispose());

  function idsOf(path: string): string[] {
    const parts = [...path.matchAll(/([^/:]+)\/(:\w+)|(:\w+)/gu)];
    const names = parts.map(([, before = '', name = '', alone]) => alone ?? `${before}/${name}`);
    // A recipient stands behind a message, wherever that is in the path.
    const known = names.map((name) => (name.endsWith('/:recipient') ? ':recipient' : name));
    return known.filter((name) => !PLAIN.has(name));
  }

  function fill(path: string, given: Readonly<Record<string, string>>): string {
    return path
      .replace(/messages\/:id/u, `messages/${given['messages/:id'] ?? ''}`)
      .replace(':recipient', given[':recipient'] ?? '');
  }

  function ask(
    browser: StaffBrowser,
    { method, path }: ListedRoute,
    given: Readonly<Record<string, string>>,
  ) {
    return method === 'GET' ? browser.get(fill(path, given)) : browser.post(fill(path, given), form);
  }

  it('are refused with the words for what never was, and nothing happens', async () => {
    const routes = world.routes.filter(({ method }) => method !== 'HEAD');
    const before = await rows();
    let cells = 0;
    for (const route of routes)
      for (const id of idsOf(route.path)) {
        const name = `${route.method} ${route.path}`;
        assert.ok(id in ids, `${name} takes ${id}: give an example of one here, or say that it is none`);
        for (const { who, browser, ids: given, others } of askers) {
          if (!others.includes(id) || ALLOWED[name] === who) continue;
          const theirs = await ask(browser, route, given);
          const never = await ask(browser, route, { ...given, [id]: NEVER });
          assert.deepEqual(
            look(theirs, given),
            look(never, { ...given, [id]: NEVER }),
            `${who}: ${name}, ${id}`,
          );
          const isRefused =
            theirs.statusCode === 404 || (theirs.headers.location ?? '').startsWith('/sign-in');
          assert.ok(isRefused || theirs.statusCode === 401, `${who}: ${name}: ${theirs.statusCode}`);
          cells += 1;
        }
      }
    assert.ok(cells >= 100, `${cells} cells`);
    assert.deepEqual(await rows(), before);
  });

  it('are taken from their owner, so that the refusals above say something', async () => {
    const routes = world.routes.filter(({ method, path }) => method !== 'HEAD' && idsOf(path).length > 0);
    // A sheet is there once a wrong recipient was reported.
    for (const route of routes.toSorted((a, b) => Number(a.method === 'GET') - Number(b.method === 'GET'))) {
      const answer = await ask(ann, route, ids);
      assert.ok(
        answer.statusCode < 400,
        `${route.method} ${route.path}: ${answer.statusCode} ${answer.body}`,
      );
    }
    const officer = askers.find(({ who }) => who === 'privacy-officer');
    const sheet = `/messages/${ids['messages/:id'] ?? ''}/incident/${ids[':recipient'] ?? ''}`;
    assert.equal((await officer?.browser.get(sheet))?.statusCode, 200);
    for (const { who, browser } of askers.slice(0, 1).concat(askers.slice(4)))
      if (who !== 'privacy-officer') assert.notEqual((await browser.get(sheet)).statusCode, 200, who);
  });

  it('in a form end nothing of others: sessions, addresses', async () => {
    const bob = askers.find(({ who }) => who === 'another author')?.browser;
    for (const path of ['/account/sessions/end', '/account/addresses/remove']) await bob?.post(path, form);
    const account = await ann.get('/account');
    assert.equal(account.statusCode, 200);
    assert.ok(account.body.includes(ANN));
  });

  async function rows(): Promise<unknown> {
    const { query } = world.database;
    return {
      recipients: await query.selectFrom('recipients').selectAll().orderBy('id').execute(),
      deliveries: await query.selectFrom('deliveries').select('id').orderBy('id').execute(),
      events: (await world.audit()).map(({ event }) => event),
    };
  }
});

/** Without what names the id that was asked for, such as the way back after signing in. */
function look(answer: LightMyRequestResponse, given: Readonly<Record<string, string>>): unknown {
  const { date: _date, 'x-request-id': _id, 'content-length': _length, ...headers } = answer.headers;
  let text = JSON.stringify([answer.statusCode, answer.body, headers]);
  for (const id of Object.values(given)) text = text.replaceAll(id, '(id)');
  return text;
}
