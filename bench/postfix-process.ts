/**
 * Postfix as a yardstick: the instance of the tests, relaying everything in plaintext to the sink, with the defaults of
 * its package otherwise. Its queue lies on the same disk as the gateway's data, and it syncs each message before it
 * answers, as it always does.
 */
import { spawnSync } from 'node:child_process';

import { startPostfix as startPeer } from '#test/peers/postfix.ts';

import { cpuSecondsOfTree } from './process-facts.ts';

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
  const postfix = await startPeer({
    folder,
    main: { relayhost: `[127.0.0.1]:${sinkPort}`, message_size_limit: '0' },
  });
  return {
    smtpPort: postfix.smtpPort,
    version: postfix.version,
    cpuSeconds: () => cpuSecondsOfTree(postfix.masterPid),
    stop: () => postfix.stop(),
  };
}
