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
const START_TIMEOUT_MS = 20_000;
const INSTALL_TIMEOUT_MS = 90_000;
const ADDRESS = '127.0.0.1';

const run = promisify(execFile);

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
  const children: ChildProcess[] = [];
  try {
    const served = await makeZones(folder, zones);
    const root = await makeZone(folder, '', delegationsIn('', served), 'signed');
    const authority = await freeDnsPort();
    children.push(await startNsd(folder, authority, [root, ...served]));
    const port = await freeDnsPort();
    children.push(await startUnbound(folder, port, authority, root, served));
    await answers(port);
    return { resolver: { address: ADDRESS, port }, stop: () => stop(children, folder) };
  } catch (error) {
    await stop(children, folder);
    throw error;
  }
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

async function startNsd(folder: string, port: number, zones: readonly SignedZone[]): Promise<ChildProcess> {
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
): Promise<ChildProcess> {
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
): Promise<ChildProcess> {
  await writeFile(join(folder, file), `${lines.join('\n')}\n`);
  const server = spawn(program, ['-d', '-c', join(folder, file)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', process.env['TEST_DNS_LOG'] === undefined ? 'ignore' : 'inherit'],
  });
  const endWithUs = (): void => void server.kill('SIGKILL');
  process.once('exit', endWithUs);
  server.once('exit', () => process.off('exit', endWithUs));
  await once(server, 'spawn');
  return server;
}

/** Asks for the root's keys until the resolver has proven them. */
async function answers(port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const packet = await ask(port, 200);
    if (packet?.flag_ad === true) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw new Error('the DNS servers of the test did not start');
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

/** Free for UDP and, as far as one can tell, for TCP. */
async function freeDnsPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, ADDRESS);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

async function stop(children: readonly ChildProcess[], folder: string): Promise<void> {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      // nsd has children that it ends itself when it is asked to.
      child.kill('SIGTERM');
      const impatient = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await exited;
      clearTimeout(impatient);
    }),
  );
  await rm(folder, { recursive: true, force: true });
}
