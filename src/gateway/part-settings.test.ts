import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadSettings } from '#src/config/load.ts';

import { acceptanceSettings, privacyOfficerOf, routesOf } from './part-settings.ts';

/** The TLS that the routes demand for these next hops: outside, internal. */
function tlsOf(nextHop: string, internalNextHop: string, more = ''): readonly (string | undefined)[] {
  const toml = `[delivery]\nnextHop = "${nextHop}"\ninternalNextHop = "${internalNextHop}"\n${more}`;
  const { outside, internal } = routesOf(loadSettings(toml, '/'));
  return [outside, internal].map((route) => (route.kind === 'smtp' ? route.hop.tls : undefined));
}

test('internal mail needs verified TLS unless it stays on this host or on a private network', () => {
  const remote = 'smtp://mail.hospital.example:25';
  assert.deepEqual(tlsOf('smtp://127.0.0.1:26', remote), ['opportunistic', 'verified']);
  assert.deepEqual(tlsOf('smtp://127.0.0.1:26', 'smtp://[::1]:25'), ['opportunistic', 'opportunistic']);
  assert.deepEqual(tlsOf('smtp://localhost:26', remote, 'internalNextHopIsPrivate = true'), [
    'opportunistic',
    'opportunistic',
  ]);
});

test('a hop that gets a password, or speaks TLS at once, must prove its name', () => {
  const inside = 'smtp://127.0.0.1:25';
  assert.equal(tlsOf('smtp://relay.provider.example:25', inside)[0], 'opportunistic');
  assert.equal(tlsOf('smtp://user:secret@relay.provider.example:587', inside)[0], 'verified');
  assert.equal(tlsOf('smtps://user:secret@relay.provider.example', inside)[0], 'verified');
  assert.equal(tlsOf('smtps://relay.provider.example', inside)[0], 'verified');
  assert.equal(
    tlsOf(inside, 'smtps://mail.hospital.example', 'internalNextHopIsPrivate = true')[1],
    'verified',
  );
});

test('notices come from an author only where somebody signs for the author’s domain', () => {
  const mayWriteAs = (address: string, more: string, from = 'author'): boolean =>
    acceptanceSettings(
      loadSettings(
        '[organization]\nname = "Example Hospital"\ndomains = ["hospital.test", "clinic.test"]\n' +
          `serviceAddress = "send-secure@hospital.test"\n[notice]\nfrom = "${from}"\n` +
          `[delivery]\nnextHop = "smtp://127.0.0.1:26"\ninternalNextHop = "smtp://127.0.0.1:25"\n${more}`,
        '/',
      ),
    ).noticeFromAuthor(address);
  const key = '[[dkim]]\ndomain = "hospital.test"';
  assert.equal(mayWriteAs('ann.lee@hospital.test', key), true);
  assert.equal(mayWriteAs('ann.lee@ward.Hospital.test', key), true);
  assert.equal(mayWriteAs('ann.lee@clinic.test', key), false);
  assert.equal(mayWriteAs('no address', key), false);
  assert.equal(mayWriteAs('ann.lee@hospital.test', key, 'service'), false);
  assert.equal(mayWriteAs('ann.lee@clinic.test', 'nextHopSigns = true'), true);
});

const SITES = `[organization]
name = "Example Hospital"
domains = ["hospital.test", "north.test", "south.test"]
serviceAddress = "send-secure@hospital.test"
securityOfficer = "security@hospital.test"
[notice]
outerSubjectDomains = ["partner.test", "*.partner.test"]
[[sites]]
id = "north"
name = "Northside"
domains = ["north.test"]
outerSubject = "original"
securityOfficer = "security@north.test"
privacyOfficer = "privacy@north.test"
[[sites]]
id = "south"
name = "Southside"
domains = ["south.test"]
`;

test('each site has its officers; what it leaves out is the organisation’s', () => {
  const settings = loadSettings(SITES, '/');
  const { officerOf } = acceptanceSettings(settings);
  assert.equal(officerOf('ann@north.test'), 'security@north.test');
  assert.equal(officerOf('bob@south.test'), 'security@hospital.test');
  assert.equal(officerOf(''), 'security@hospital.test');
  assert.equal(privacyOfficerOf(settings, 'ann@north.test'), 'privacy@north.test');
  assert.equal(privacyOfficerOf(settings, 'bob@south.test'), 'security@hospital.test');
  const without = loadSettings(SITES.replaceAll(/^(security|privacy)Officer.*$/gmu, ''), '/');
  assert.equal(privacyOfficerOf(without, 'ann@north.test'), 'send-secure@hospital.test');
});

test('notices show the subject of a site that chose so, and to domains that were named', () => {
  const { showsSubject } = acceptanceSettings(loadSettings(SITES, '/'));
  assert.equal(showsSubject('ann@north.test', 'jane@mail.test'), true);
  assert.equal(showsSubject('bob@south.test', 'jane@mail.test'), false);
  assert.equal(showsSubject('bob@south.test', 'jane@partner.test'), true);
  assert.equal(showsSubject('bob@south.test', 'jane@ward.partner.test'), true);
  assert.equal(showsSubject('bob@south.test', 'jane@notpartner.test'), false);
  assert.equal(showsSubject('bob@south.test', 'no address'), false);
});
