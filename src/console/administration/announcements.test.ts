/** The page of the roll-out's texts: each site's in its languages, to copy and to save; for officers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { loadSettings } from '#src/config/load.ts';
import { allAnnouncements } from '#src/gateway/announcements.ts';
import { openStaffWorld, type StaffBrowser, type StaffWorld } from '#test/support/staff-world.ts';

const TOML = [
  'publicUrl = "https://secure.hospital.test"',
  '[organization]',
  'name = "Example Hospital"',
  'domains = ["hospital.test", "north.test"]',
  'serviceAddress = "send-secure@hospital.test"',
  '[[sites]]',
  'id = "north"',
  'name = "North <Clinic>"',
  'domains = ["north.test"]',
  'serviceAddress = "send-secure@north.test"',
  '[[sites]]',
  'id = "main"',
  'name = "Main Campus"',
  'domains = ["hospital.test"]',
  'languages = ["en"]',
].join('\n');

describe('the page of announcements', () => {
  let world: StaffWorld;
  let officer: StaffBrowser;
  before(async () => {
    const settings = loadSettings(TOML, '/nonexistent');
    world = await openStaffWorld({ console: { announcements: () => allAnnouncements(settings) } });
    const id = await world.addPerson('ann@hospital.test', ['administrator']);
    officer = await world.signedIn(id);
  });
  after(() => world.dispose());

  it('shows every text once, in fields of the right language, escaped', async () => {
    const { body, statusCode } = await officer.get('/administration/announcements');
    assert.equal(statusCode, 200);
    assert.equal(
      body.match(/<textarea[^>]* readonly/gu)?.length,
      9,
      'two languages of one site, one of the other',
    );
    assert.equal(body.match(/lang="es"/gu)?.length, 6);
    assert.match(body, /North &lt;Clinic&gt;/u);
    assert.doesNotMatch(body, /North <Clinic>/u);
    const ids = [...body.matchAll(/ id="([^"]+)"/gu)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it('gives each as a text file, and no other file', async () => {
    const file = await officer.get('/administration/announcements/main-recipients-en.txt');
    assert.equal(file.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(file.headers['content-disposition'], 'attachment; filename="main-recipients-en.txt"');
    assert.match(
      file.body,
      /^How Main Campus sends you private mail\n\nWhen Main Campus has something private/u,
    );
    for (const name of ['main-recipients-es.txt', 'recipients-en.txt', 'x'])
      assert.equal((await officer.get(`/administration/announcements/${name}`)).statusCode, 404);
  });

  it('is linked from the administration, and shown to no sender', async () => {
    assert.match((await officer.get('/administration')).body, /href="\/administration\/announcements"/u);
    const sender = await world.signedIn(await world.addPerson('rob@hospital.test'));
    assert.equal((await sender.get('/administration/announcements')).statusCode, 403);
  });
});
