/**
 * CPU per message by step, from V8's sampled profiles of every thread. A sample counts for the file of ours that
 * called what ran, so that time in node, SQLite or a package stands where it was asked for.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface CpuShare {
  readonly name: string;
  readonly seconds: number;
}

export interface CpuSummary {
  readonly bySteps: readonly CpuShare[];
  readonly byFiles: readonly CpuShare[];
  /** Seconds in which a thread was not idle. */
  readonly busySeconds: number;
}

/** First row that fits a file below src/. */
const STEPS: readonly (readonly [RegExp, string])[] = [
  [/^smtp\/server\/|^smtp\/(?:end-of-data|line-endings)/u, 'receive: SMTP server'],
  [/^mime\/|^acceptance\/gather-facts/u, 'receive: scan, index, header fields'],
  [/^acceptance\/receive-and-seal|^storage\/object/u, 'receive: move and store the content'],
  [/^sealing\/(?:hpke|wrapped-key)|^protection\/spool/u, 'wraps of content keys'],
  [/^sealing\/(?:manifest|canonical)|^base\/canonical/u, 'manifest'],
  [/^sealing\//u, 'seal and open content'],
  [/^policy\//u, 'decide'],
  [/^keys\/|^accounts\/|^protection\//u, 'keys: MACs, signatures, spool keys'],
  [/^notification\//u, 'write the mails'],
  [/^storage\/sqlite\/(?:writer-thread|batch|write-connection)/u, 'commit: SQLite, in the writer thread'],
  [/^storage\/sqlite\/kysely|^storage\/sqlite\/rows/u, 'read rows'],
  [/^storage\//u, 'commit: hand units to the writer'],
  [/^acceptance\//u, 'accept: rows, units of work'],
  [/^audit\//u, 'audit entries'],
  [/^smtp\/client\//u, 'deliver: SMTP client'],
  [/^queue\/|^delivery\//u, 'deliver: claim, attempt, record'],
  [/^cli\/pino/u, 'log'],
];

/** Summarises all profiles of a folder. */
export async function summariseProfiles(folder: string): Promise<CpuSummary> {
  const byFile = new Map<string, number>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.cpuprofile')) continue;
    addProfile(byFile, JSON.parse(await readFile(join(folder, name), 'utf8')) as Profile);
  }
  const bySteps = new Map<string, number>();
  for (const [file, seconds] of byFile) add(bySteps, stepOf(file), seconds);
  const busySeconds = [...byFile.values()].reduce((sum, seconds) => sum + seconds, 0);
  return { bySteps: sorted(bySteps), byFiles: sorted(byFile), busySeconds };
}

function addProfile(byFile: Map<string, number>, profile: Profile): void {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, number>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node.id);
  const owners = new Map<number, string>();
  for (const [index, id] of profile.samples.entries()) {
    let owner = owners.get(id);
    if (owner === undefined) {
      owner = ownerOf(id, nodes, parents);
      owners.set(id, owner);
    }
    if (owner !== '(idle)') add(byFile, owner, (profile.timeDeltas[index] ?? 0) / 1e6);
  }
}

/** The nearest file of ours on the stack; else what V8 says that it did, or node itself. */
function ownerOf(id: number, nodes: Map<number, ProfileNode>, parents: Map<number, number>): string {
  const { functionName } = nodes.get(id)?.callFrame ?? { functionName: '' };
  if (/^\((?:idle|program|garbage collector)\)$/u.test(functionName)) return functionName;
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const ours = /\/src\/(.+\.ts)$/u.exec(nodes.get(at)?.callFrame.url ?? '');
    if (ours?.[1] !== undefined && !(nodes.get(at)?.callFrame.url ?? '').includes('node_modules'))
      return ours[1];
  }
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(nodes.get(at)?.callFrame.url ?? '');
    if (packaged?.[1] !== undefined) return `package ${packaged[1]}`;
  }
  return 'node: sockets, streams, timers';
}

function stepOf(file: string): string {
  if (file === 'package smtp-server') return 'receive: SMTP server';
  if (file === 'package nodemailer') return 'deliver: SMTP client';
  return STEPS.find(([pattern]) => pattern.test(file))?.[1] ?? file;
}

function add(sums: Map<string, number>, name: string, seconds: number): void {
  sums.set(name, (sums.get(name) ?? 0) + seconds);
}

function sorted(sums: ReadonlyMap<string, number>): CpuShare[] {
  return [...sums].map(([name, seconds]) => ({ name, seconds })).toSorted((a, b) => b.seconds - a.seconds);
}
