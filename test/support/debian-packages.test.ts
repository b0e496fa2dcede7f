import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ensureDebianPackages, type Machine } from './debian-packages.ts';

interface Told {
  readonly installed: readonly string[];
  readonly root?: boolean;
  readonly dpkg?: boolean;
  readonly installs?: boolean;
}

function machineThat({ installed, root = false, dpkg = true, installs = true }: Told) {
  const installations: string[] = [];
  const machine: Machine = {
    run: async (program, args) => {
      if (program === 'dpkg-query') return dpkg ? 0 : null;
      const script = args.at(-1) ?? '';
      if (program === 'sh') return dpkg && installed.some((name) => script.includes(` ${name} `)) ? 0 : 1;
      installations.push(script);
      return installs ? 0 : 100;
    },
    isRoot: () => root,
  };
  return { machine, installations };
}

describe('Debian packages', () => {
  it('does nothing where all are there', async () => {
    const { machine, installations } = machineThat({ installed: ['openssl', 'libnss3'], root: true });
    await ensureDebianPackages(['openssl', 'libnss3'], machine);
    assert.deepEqual(installations, []);
  });

  it('installs as root what is missing, and only that', async () => {
    const { machine, installations } = machineThat({ installed: ['openssl'], root: true });
    await ensureDebianPackages(['openssl', 'libnss3'], machine);
    assert.equal(installations.length, 1);
    assert.match(installations[0] ?? '', /apt-get install --yes --no-install-recommends libnss3/u);
    assert.doesNotMatch(installations[0] ?? '', /openssl/u);
  });

  it('answers beforehand what a package would ask', async () => {
    const { machine, installations } = machineThat({ installed: [], root: true });
    await ensureDebianPackages(['postfix'], machine);
    const asked = /main_mailer_type select No configuration' \| debconf-set-selections && apt-get install/u;
    assert.match(installations[0] ?? '', asked);
  });

  it('says the command where it may not install, or can not', async () => {
    const command = /apt-get update && apt-get install --yes --no-install-recommends libnss3/u;
    const user = machineThat({ installed: [] });
    await assert.rejects(ensureDebianPackages(['libnss3'], user.machine), command);
    assert.deepEqual(user.installations, []);
    const offline = machineThat({ installed: [], root: true, installs: false });
    await assert.rejects(ensureDebianPackages(['libnss3'], offline.machine), command);
  });

  it('leaves other systems alone, and refuses what is no name', async () => {
    const { machine, installations } = machineThat({ installed: [], root: true, dpkg: false });
    await ensureDebianPackages(['libnss3'], machine);
    assert.deepEqual(installations, []);
    await assert.rejects(ensureDebianPackages(['libnss3; reboot'], machine), /not a name/u);
  });

  it('knows this machine', async () => {
    await ensureDebianPackages(['dpkg', 'coreutils']);
  });
});
