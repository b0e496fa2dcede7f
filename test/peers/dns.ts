/**
 * A DNS tree of our own for a test: nsd serves the zones, unbound validates them against a trust anchor of the test,
 * both on free ports of loopback. Every zone lies in the nearest one above it, or in a signed root zone of the test.
 * `unsigned` has no DS there and is insecure; `bogus` is signed, but not with the key that the DS names, so unbound
 * answers SERVFAIL.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { decode, encode } from 'dns-packet';

import { freePort } from '#test/support/free-port.ts';

export interface TestZone {
  /** Lines of a zone file; names are relative to the zone, SOA and NS are there already. */
  readonly records: readonly string[];
  readonly state?: 'signed' | 'unsigned' | 'bogus';
}

export interface TestDns {
  /** The validating resolver. */
  readonly resolver: { readonly address: string; readonly port: number };
  stop(): Promise<void>;
}

const PACKAGES = ['nsd', 'unbound', 'ldnsutils'];
const PROGRAMS = ['/usr/sbin/nsd', '/usr/sbin/unbound', '/usr/bin/ldns-keygen', '/usr/bin/ldns-signzone'];
const START_ATTEMPTS = 4;
const START_TIMEOUT_MS = 15_000;
const INSTALL_TIMEOUT_MS = 90_000;
const MAX_OUTPUT_CHARACTERS = 10_000;
const ADDRESS = '127.0.0.1';

const run = promisify(execFile);

interface DnsServer {
  readonly child: ChildProcess;
  /** What it said on its standard error. */
  output(): string;
}

interface SignedZone {
  readonly name: string;
  readonly file: string;
  /** For the parent; null where the zone is to be insecure. */
  readonly ds: string | null;
}

/** `zones`: name without the last dot → its records. */
export async function startTestDns(zones: Readonly<Record<string, TestZone>>): Promise<TestDns> {
  await installPackages();
  const folder = await mkdtemp(join(tmpdir(), 'test-dns-'));
  try {
    const served = await makeZones(folder, zones);
    const root = await makeZone(folder, '', delegationsIn('', served), 'signed');
    return await startServers(folder, root, served);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Tries again on other ports, because another process may take a free port before our server listens on it. */
async function startServers(
  folder: string,
  root: SignedZone,
  served: readonly SignedZone[],
): Promise<TestDns> {
  const said: string[] = [];
  for (let attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
    const servers: DnsServer[] = [];
    const authority = await freePort();
    servers.push(await startNsd(folder, authority, [root, ...served]));
    const port = await freePort();
    servers.push(await startUnbound(folder, port, authority, root, served));
    if (await answers(port, servers))
      return {
        resolver: { address: ADDRESS, port },
        async stop() {
          await endServers(servers);
          await rm(folder, { recursive: true, force: true });
        },
      };
    await endServers(servers);
    said.push(...servers.map(({ output }) => output()));
  }
  throw new Error(`the DNS servers of the test did not start:\n${said.join('\n')}`);
}

async function installPackages(): Promise<void> {
  const installed = (): boolean => PROGRAMS.every((program) => existsSync(program));
  if (installed()) return;
  const command = `apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`this test needs DNS servers; run as root: ${command}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const deadline = Date.now() + INSTALL_TIMEOUT_MS;
  // Another test may be installing at the same time, and apt lets only one.
  for (;;)
    try {
      await run('apt-get', ['update', '-q'], { env });
      await run('apt-get', ['install', '-y', '--no-install-recommends', ...PACKAGES], { env });
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`this test needs DNS servers and could not install them: ${command}`, {
          cause: error,
        });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
}

/** The deepest first, because a zone vouches for those right below it. */
async function makeZones(
  folder: string,
  zones: Readonly<Record<string, TestZone>>,
): Promise<readonly SignedZone[]> {
  const made: SignedZone[] = [];
  const depth = (name: string): number => name.split('.').length;
  const byDepth = Map.groupBy(Object.entries(zones), ([name]) => depth(name));
  for (const level of [...byDepth.keys()].toSorted((a, b) => b - a))
    made.push(
      ...(await Promise.all(
        (byDepth.get(level) ?? []).map(([name, zone]) => {
          const records = [...zone.records, ...delegationsIn(name, made)];
          return makeZone(folder, name, records, zone.state ?? 'signed');
        }),
      )),
    );
  return made;
}

/** Records for the zones that lie in `parent` and in no other zone between. */
function delegationsIn(parent: string, zones: readonly SignedZone[]): string[] {
  const isBelow = (name: string, other: string): boolean => other === '' || name.endsWith(`.${other}`);
  return zones
    .filter(
      ({ name }) =>
        isBelow(name, parent) &&
        !zones.some((other) => isBelow(name, other.name) && isBelow(other.name, parent)),
    )
    .flatMap(delegation);
}

async function makeZone(
  folder: string,
  name: string,
  records: readonly string[],
  state: 'signed' | 'unsigned' | 'bogus',
): Promise<SignedZone> {
  const own = join(folder, name === '' ? 'root' : name);
  await mkdir(own);
  const lines = [
    `$ORIGIN ${name}.`,
    '$TTL 60',
    '@ IN SOA ns.nowhere. hostmaster.nowhere. 1 3600 600 86400 60',
    '@ IN NS ns.nowhere.',
    ...records,
  ];
  await writeFile(join(own, 'zone'), `${lines.join('\n')}\n`);
  if (state === 'unsigned') return { name, file: join(own, 'zone'), ds: null };
  const key = await makeKey(own, name);
  await run('ldns-signzone', ['-A', '-o', `${name}.`, '-f', 'zone.signed', 'zone', key], { cwd: own });
  // A bogus zone's parent vouches for a key that the zone does not have.
  const vouched = state === 'bogus' ? await makeKey(own, name) : key;
  const ds = await readFile(join(own, `${vouched}.ds`), 'utf8');
  return { name, file: join(own, 'zone.signed'), ds: ds.trim() };
}

async function makeKey(folder: string, name: string): Promise<string> {
  const { stdout } = await run('ldns-keygen', ['-k', '-a', 'ECDSAP256SHA256', `${name}.`], { cwd: folder });
  return stdout.trim();
}

function delegation({ name, ds }: SignedZone): string[] {
  return [`${name}. IN NS ns.nowhere.`, ...(ds === null ? [] : [ds])];
}

async function startNsd(folder: string, port: number, zones: readonly SignedZone[]): Promise<DnsServer> {
  const lines = [
    'server:',
    `  ip-address: ${ADDRESS}@${port}`,
    `  zonesdir: "${folder}"`,
    '  username: ""',
    '  pidfile: ""',
    '  database: ""',
    `  xfrdfile: "${join(folder, 'xfrd.state')}"`,
    `  zonelistfile: "${join(folder, 'zone.list')}"`,
    `  xfrdir: "${folder}"`,
    '  server-count: 1',
    'remote-control:',
    '  control-enable: no',
    ...zones.flatMap(({ name, file }) => ['zone:', `  name: "${name}."`, `  zonefile: "${file}"`]),
  ];
  return startServer('/usr/sbin/nsd', folder, 'nsd.conf', lines);
}

async function startUnbound(
  folder: string,
  port: number,
  authority: number,
  root: SignedZone,
  zones: readonly SignedZone[],
): Promise<DnsServer> {
  const lines = [
    'server:',
    `  interface: ${ADDRESS}`,
    `  port: ${port}`,
    '  do-ip6: no',
    '  do-not-query-localhost: no',
    '  module-config: "validator iterator"',
    `  trust-anchor: "${root.ds ?? ''}"`,
    // The names that tests live under are local by default.
    ...['test', 'example', 'invalid'].map((name) => `  local-zone: "${name}." nodefault`),
    '  chroot: ""',
    '  username: ""',
    '  pidfile: ""',
    `  directory: "${folder}"`,
    '  use-syslog: no',
    '  num-threads: 1',
    '  qname-minimisation: no',
    'remote-control:',
    '  control-enable: no',
    ...['.', ...zones.map(({ name }) => `${name}.`)].flatMap((name) => [
      'stub-zone:',
      `  name: "${name}"`,
      `  stub-addr: ${ADDRESS}@${authority}`,
      '  stub-no-cache: no',
    ]),
  ];
  return startServer('/usr/sbin/unbound', folder, 'unbound.conf', lines);
}

async function startServer(
  program: string,
  folder: string,
  file: string,
  lines: readonly string[],
): Promise<DnsServer> {
  await writeFile(join(folder, file), `${lines.join('\n')}\n`);
  const child = spawn(program, ['-d', '-c', join(folder, file)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (text: Buffer) => {
    if (output.length < MAX_OUTPUT_CHARACTERS) output += text.toString();
  });
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  await once(child, 'spawn');
  return { child, output: () => `${program}: ${output}` };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Asks for the root's keys until the resolver has proven them; false when a server ended or time is over. */
async function answers(port: number, servers: readonly DnsServer[]): Promise<boolean> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && !servers.some(({ child }) => hasEnded(child))) {
    const packet = await ask(port, 200);
    if (packet?.flag_ad === true) return true;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return false;
}

async function ask(port: number, timeoutMs: number): Promise<ReturnType<typeof decode> | null> {
  const socket = createSocket('udp4');
  const query = encode({
    type: 'query',
    id: 1,
    flags: (1 << 8) | (1 << 5),
    questions: [{ name: '.', type: 'SOA', class: 'IN' }],
  });
  const { promise, resolve } = Promise.withResolvers<ReturnType<typeof decode> | null>();
  const timer = setTimeout(() => resolve(null), timeoutMs);
  socket.on('message', (bytes) => resolve(decode(bytes)));
  socket.on('error', () => {});
  socket.send(query, port, ADDRESS);
  const packet = await promise;
  clearTimeout(timer);
  socket.close();
  return packet;
}

async function endServers(servers: readonly DnsServer[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ child }) => {
      if (hasEnded(child)) return;
      const exited = once(child, 'exit');
      // nsd has children that it ends itself when it is asked to.
      child.kill('SIGTERM');
      const impatient = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(impatient);
    }),
  );
}
