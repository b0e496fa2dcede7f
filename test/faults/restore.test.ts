/**
 * R28: backup, then restore on an empty host, by the documented commands. What was accepted before the backup is there
 * afterwards, with keys and audit log; links in notices work; how long it took is printed.
 */
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { eventually } from '#test/support/eventually.ts';
import { codeOf, PortalClient, tokenOf } from '#test/support/portal-client.ts';
import { runCommand } from '#test/support/run-command.ts';

import { FaultWorld } from './fault-world.ts';
import { sendWhileAlive } from './load.ts';
import { checkAudit } from './oracle.ts';

const READER = 'reader@outside.example';

describe('R28: a backup is restored on an empty host', () => {
  it(
    'taken under load: content, keys and audit are there, and links open',
    { timeout: 120_000 },
    async (t) => {
      const world = await FaultWorld.open();
      t.after(() => world.dispose());
      const path = (name: string): string => join(world.folder, name);
      const linkOf = (messageId: string): string =>
        world.arrivedAt('outside').find(({ refersTo }) => refersTo.includes(messageId))?.link ?? '';
      await world.start();

      const mails = [false, true].map((large) => world.newMail({ coded: true, large, recipients: [READER] }));
      await world.sendUntilTaken(mails);
      await world.everythingArrived(mails);
      const reader = new PortalClient(world.publicUrl);
      await reader.register(linkOf(mails[0]?.messageId ?? ''), () =>
        eventually('code', () => {
          const mail = world.arrivedAt('outside').find(({ kind, to }) => kind === 'code' && to === READER);
          return mail && codeOf(mail.subject);
        }),
      );

      const load = sendWhileAlive(world, 0, Math.random);
      const command = ['backup', path('backup'), '--keys', path('backup-of-keys')];
      const { stdout, stderr } = await runCommand({ configFile: path('gateway.toml') }, ...command);
      assert.equal(stderr, '');
      assert.match(stdout, /Database and content copied to .*: \d+ files?, .*\nKeys copied to /u);
      await world.kill();
      await load;

      // The host is gone; what was backed up comes to an empty one.
      const before = performance.now();
      await rename(path('data'), path('lost-data'));
      await rename(path('keys'), path('lost-keys'));
      await rename(path('backup'), path('data'));
      await rename(path('backup-of-keys'), path('keys'));
      await world.start();
      for (const mail of mails) {
        const known = await reader.request('GET', `/api/links/${tokenOf(linkOf(mail.messageId))}`);
        assert.equal(known.status, 200);
        const opened = await reader.open(mail.queueId ?? '');
        assert.equal(opened.status, 200, JSON.stringify(opened.body));
        assert.match((await reader.stream(opened.body, 'content')).toString(), /Text nothing secret/u);
      }
      t.diagnostic(`restored, started and read after ${((performance.now() - before) / 1_000).toFixed(1)} s`);

      await world.queueIsEmpty();
      await world.close();
      await checkAudit(world.rows);
    },
  );
});
