/** Some recipients of a mail are served and others refused: whoever sent it is told about those who were refused. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { mailOf, submit } from '#test/support/submit.ts';
import { startTestGateway, type TestGateway } from '#test/support/test-gateway.ts';

describe('automatic mail where everything outside must be protected', () => {
  let world: TestGateway;
  before(async () => {
    world = await startTestGateway({ toml: { organization: 'encrypt = "all-external"' } });
  });
  after(() => world.dispose());

  const send = (to: readonly string[], from = 'robot@hospital.test') =>
    submit({
      port: world.smtpPort,
      from,
      to,
      mailParameters: 'ENVID=a+2Bb',
      mail: mailOf({ from: 'robot@hospital.test', fields: ['Auto-Submitted: auto-generated'] }),
    });

  it('is refused to its source where everybody is outside', async () => {
    const { final } = await send(['jane@outside.example']);
    assert.match(final, /^554 5\.7\.10 /u);
  });

  it('reaches those inside, and a bounce names those outside', async () => {
    const { final } = await send(['jane@outside.example', 'bob@hospital.test']);
    assert.match(final, /^250 /u);
    const [bounce] = await world.captured((mail) => mail.kind === 'bounce');
    assert.equal(bounce?.to, 'robot@hospital.test');
    assert.equal(bounce.reversePath, '');
    assert.match(bounce.text, /jane@outside\.example/u);
    assert.doesNotMatch(bounce.text, /bob@hospital\.test/u);
    const raw = await (await fetch(`${world.consoleUrl}/captured/${bounce.id}.eml`)).text();
    assert.match(raw, /^Original-Envelope-Id: a\+b\r$/mu, 'xtext is decoded in reports');
    const [relayed] = await world.captured((mail) => mail.kind === 'relay');
    assert.equal(relayed?.to, 'bob@hospital.test');
  });

  it('with a null reverse-path is answered by nobody', async () => {
    const before = (await world.captured(() => true)).length;
    const { final } = await send(['jane@outside.example', 'eve@hospital.test'], '');
    assert.match(final, /^250 /u);
    await world.captured((mail) => mail.to === 'eve@hospital.test');
    assert.equal((await world.captured(() => true)).length, before + 1);
  });
});
