/** A change of the configuration that can't be recorded doesn't happen: nobody leaves protection without a trace. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { loadSettings } from '#src/config/load.ts';
import { startGatewayWithSinks } from '#test/support/gateway-with-sinks.ts';

test('a reload that can’t be recorded leaves the old configuration in force', async (t) => {
  const world = await startGatewayWithSinks(t, { toml: { organization: 'mode = "protect"' } });
  const { configFile, folder, gateway } = world.gateway;
  const observing = (await readFile(configFile, 'utf8')).replace('mode = "protect"', 'mode = "observe"');
  world.change(`create trigger no_audit before insert on audit_entries
    when new.event = 'configuration-reloaded' begin select raise(abort, 'no'); end`);
  await assert.rejects(gateway.reload(loadSettings(observing, folder)));
  await world.accept({ recipients: ['jane@outside.example'], subject: 'send secure', text: 'A secret.' });
  const [mail] = await world.waitFor('outside', ({ to }) => to === 'jane@outside.example');
  assert.equal(mail?.kind, 'notice');

  world.change('drop trigger no_audit');
  await gateway.reload(loadSettings(observing, folder));
  const [entry] = world.rows("select entry from audit_entries where event = 'configuration-reloaded'");
  assert.match(String(entry?.['entry']), /"mode":"observe"/u);
  await world.accept({ recipients: ['omar@outside.example'], subject: 'send secure' });
  const [relayed] = await world.waitFor('outside', ({ to }) => to === 'omar@outside.example');
  assert.equal(relayed?.kind, 'relay');
});
