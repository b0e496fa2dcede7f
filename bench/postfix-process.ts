/**
 * Postfix as a yardstick: an instance of its own with its own configuration and queue in a temporary folder, relaying
 * everything in plaintext to the sink, with the defaults of its package otherwise. Its queue lies on the same disk as
 * the gateway's data, and it syncs each message before it answers, as it always does.
 */
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '#test/support/free-port.ts';

import { greets } from './gateway-process.ts';
import { cpuSecondsOfTree } from './process-facts.ts';

const run = promisify(execFile);
const START_WITHIN_MS = 10_000;

export interface PostfixProcess {
  readonly smtpPort: number;
  readonly version: string;
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** Why Postfix can't be measured here; null where it can. */
export function whyNoPostfix(): string | null {
  if (spawnSync('postconf', ['-d', 'mail_version']).status !== 0)
    return 'Postfix is not installed (apt-get install postfix)';
  return process.getuid?.() === 0 ? null : 'Postfix needs root to start';
}

export async function startPostfix(folder: string, sinkPort: number): Promise<PostfixProcess> {
  const smtpPort = await freePort();
  const configFolder = join(folder, 'postfix');
  const queue = join(folder, 'postfix-queue');
  const data = join(folder, 'postfix-data');
  for (const path of [configFolder, queue, data]) await mkdir(path, { recursive: true, mode: 0o755 });
  await chmod(folder, 0o755);
  await run('chown', ['postfix', data]);
  await writeFile(join(configFolder, 'main.cf'), mainCf({ folder, queue, data, sinkPort }));
  await writeFile(join(configFolder, 'master.cf'), masterCf(smtpPort));
  await run('postfix', ['-c', configFolder, 'start']);
  const end = Date.now() + START_WITHIN_MS;
  while (!(await greets(smtpPort))) {
    if (Date.now() > end) throw new Error('Postfix did not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const master = Number((await readFile(join(queue, 'pid', 'master.pid'), 'utf8')).trim());
  const { stdout } = await run('postconf', ['-hd', 'mail_version']);
  return {
    smtpPort,
    version: stdout.trim(),
    cpuSeconds: () => cpuSecondsOfTree(master),
    stop: async () => void (await run('postfix', ['-c', configFolder, 'stop'])),
  };
}

function mainCf(paths: { folder: string; queue: string; data: string; sinkPort: number }): string {
  return `compatibility_level = 3.6
queue_directory = ${paths.queue}
data_directory = ${paths.data}
maillog_file = ${join(paths.folder, 'postfix.log')}
maillog_file_prefixes = ${paths.folder}
myhostname = postfix.hospital.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
alias_database =
relayhost = [127.0.0.1]:${paths.sinkPort}
message_size_limit = 0
smtpd_recipient_restrictions = permit_mynetworks, reject
disable_dns_lookups = yes
smtp_host_lookup = native
`;
}

/** As the package has it, without what is not needed and without chroot. */
function masterCf(smtpPort: number): string {
  const services = [
    `127.0.0.1:${smtpPort} inet n - n - - smtpd`,
    'pickup unix n - n 60 1 pickup',
    'cleanup unix n - n - 0 cleanup',
    'qmgr unix n - n 300 1 qmgr',
    'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite',
    'bounce unix - - n - 0 bounce',
    'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce',
    'verify unix - - n - 1 verify',
    'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap',
    'smtp unix - - n - - smtp',
    'relay unix - - n - - smtp',
    'error unix - - n - - error',
    'retry unix - - n - - error',
    'anvil unix - - n - 1 anvil',
    'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd',
  ];
  return `${services.join('\n')}\n`;
}
