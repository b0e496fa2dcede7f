import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { runCommand } from '#test/support/run-command.ts';

const TOML = `publicUrl = "https://secure.river.example"
[organization]
name = "Riverside Health"
domains = ["river.example", "north.example"]
serviceAddress = "send-secure@river.example"
[[sites]]
id = "north"
name = "Northside"
domains = ["north.example"]
serviceAddress = "send-secure@north.example"
`;

suite('sendsecure announce', () => {
  let folder = '';
  let configFile = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'announce-command-'));
    configFile = join(folder, 'send-secure.toml');
    await writeFile(configFile, TOML);
  });
  after(() => rm(folder, { recursive: true }));

  const announce = (...args: readonly string[]) => runCommand({ configFile }, 'announce', ...args);

  test('prints one text of one site', async () => {
    const { stdout, exitCode } = await announce('--to', 'recipients', '--language', 'es', '--site', 'north');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^-+\nnorth · recipients · es\n-+\nCómo le envía Northside correo privado\n\n/u);
    assert.equal(stdout.match(/^-{72}$/gmu)?.length, 2);
  });

  test('prints all for programs', async () => {
    const { stdout } = await announce('--json');
    const texts: unknown = JSON.parse(stdout);
    assert.ok(Array.isArray(texts));
    assert.deepEqual(
      texts.map(({ site, audience, locale }: Record<string, string>) => `${site} ${audience} ${locale}`),
      ['recipients', 'partners', 'staff']
        .flatMap((one) => [`north ${one} en`, `north ${one} es`])
        .toSorted((a, b) => a.slice(-2).localeCompare(b.slice(-2))),
    );
  });

  test('says what it does not know', async () => {
    const wrong = await announce('--site', 'south');
    assert.deepEqual([wrong.exitCode, wrong.stdout], [64, '']);
    assert.match(wrong.stderr, /There is no site "south": north\./u);
    assert.equal((await announce('--to', 'everybody')).exitCode, 64);
    assert.equal((await announce('--loud')).exitCode, 64);
  });
});
