/** CPU per secure message by step: the gateway under load with V8's profiler, every thread. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Bench } from '../bench.ts';
import { summariseProfiles, type CpuShare } from '../cpu-profile.ts';
import type { RowResult } from '../row.ts';

const FILES_SHOWN = 25;

export async function measureCpu(bench: Bench): Promise<RowResult[]> {
  return [await profileKind(bench, 'secure'), ...(bench.quick ? [] : [await profileKind(bench, 'plain')])];
}

async function profileKind(bench: Bench, kind: 'secure' | 'plain'): Promise<RowResult> {
  const sink = await bench.sink();
  const profileFolder = join(await bench.newFolder(), 'profiles');
  await mkdir(profileFolder);
  const gateway = await bench.newGateway({ nextHopPort: sink.port, profileFolder });
  const mails = bench.pick(3_000, 1_500);
  await sink.ask({ kind: 'reset' });
  const cpuAtStart = await gateway.cpuSeconds();
  const request = { port: gateway.smtpPort, kind, bytes: 10_000, pipelining: false, sessions: 20 } as const;
  const load = await bench.load({ ...request, mails });
  if (load.accepted < mails) throw new Error(`only ${load.accepted} were taken: ${load.refusal}`);
  await sink.ask({ kind: 'wait', count: mails * (kind === 'secure' ? 2 : 1), quietMs: 5_000 });
  const cpu = (await gateway.cpuSeconds()) - cpuAtStart;
  await gateway.stop();
  const summary = await summariseProfiles(profileFolder);
  const perMail = (share: CpuShare): number => Math.round((share.seconds * 1e6) / mails);
  const steps = summary.bySteps.filter((share) => perMail(share) >= 2);
  const files = summary.byFiles.slice(0, FILES_SHOWN);
  return {
    row: `cpu-${kind}`,
    work: `CPU a ${kind} 10 KB message by step, µs, start and warm-up included`,
    reached: `${Math.round((cpu * 1e6) / mails)} µs (profiler on)`,
    goal: '',
    met: null,
    details: {
      ...Object.fromEntries(steps.map((share) => [share.name, perMail(share)])),
      ...(process.env['BENCH_FILES'] === '1' &&
        Object.fromEntries(files.map((share) => [`file ${share.name}`, perMail(share)]))),
    },
  };
}
