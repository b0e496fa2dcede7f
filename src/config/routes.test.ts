/** Keys of [delivery] that say where mail goes: what fits together, and what a person is told of it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConfigInvalid } from './config-problems.ts';
import { loadSettings } from './load.ts';
import { startupNotices } from './startup-notices.ts';

const INSIDE = 'internalNextHop = "smtp://127.0.0.1:25"';
const SMARTHOST = `nextHop = "smtp://relay.hospital.example"\n${INSIDE}`;
const MX = `nextHop = "mx"\n${INSIDE}`;

function settingsOf(delivery: string) {
  return loadSettings(`[delivery]\n${delivery}\n`, '/srv/gateway');
}

function problemKeys(delivery: string): string[] {
  try {
    settingsOf(delivery);
  } catch (error) {
    assert.ok(error instanceof ConfigInvalid);
    return error.problems.map(({ key, line }) => `${key}${line === null ? '' : ` in ${line}`}`);
  }
  return [];
}

suite('where mail goes', () => {
  test('the servers of each domain, or one for all with a certificate of ours', () => {
    assert.equal(settingsOf(MX).delivery.nextHop.kind, 'mx');
    const { delivery } = settingsOf(
      `${SMARTHOST}\nclientCertificate = { cert = "us.pem", key = "us.key" }\npartnersThroughNextHop = true`,
    );
    assert.deepEqual(delivery.clientCertificate, { cert: '/srv/gateway/us.pem', key: '/srv/gateway/us.key' });
    assert.equal(delivery.partnersThroughNextHop, true);
    assert.equal(settingsOf(SMARTHOST).delivery.partnersThroughNextHop, false);
  });

  for (const [what, delivery, problem] of [
    ['mail inside by MX', 'nextHop = "mx"\ninternalNextHop = "mx"', 'delivery.internalNextHop in 3'],
    ['mx without a way inside', 'nextHop = "mx"', 'delivery.internalNextHop'],
    ['a signer behind mx', `${MX}\nnextHopSigns = true`, 'delivery.nextHopSigns in 4'],
    [
      'a client certificate for everybody',
      `${MX}\nclientCertificate = { cert = "a", key = "b" }`,
      'delivery.clientCertificate in 4',
    ],
    [
      'partners through nobody',
      `${MX}\npartnersThroughNextHop = true`,
      'delivery.partnersThroughNextHop in 4',
    ],
  ] as const) {
    test(`refused: ${what}`, () => {
      assert.deepEqual(problemKeys(delivery), [problem]);
    });
  }

  test('mx says what it needs, and what is not honoured without a validating resolver', () => {
    const said = (delivery: string) =>
      startupNotices(settingsOf(delivery))
        .map(({ text }) => text)
        .join('\n');
    assert.match(said(MX), /port 25 to the outside/u);
    assert.match(said(MX), /DANE can't be honoured/u);
    assert.doesNotMatch(said(`${MX}\nresolvers = ["127.0.0.1"]`), /DANE can't be honoured/u);
    assert.doesNotMatch(said(SMARTHOST), /port 25 to the outside/u);
  });
});
