/** The real program as its users start and stop it: signals, exit codes, what it says when it can't start. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startSmtpSink, type SmtpSink } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { readRows } from '#test/support/gateway-with-sinks.ts';
import { freePort } from '#test/support/free-port.ts';
import { mailOf, submit } from '#test/support/submit.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<number | null>;
  output(): string;
}

function run(args: readonly string[], t: TestContext): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    stdio: 'pipe',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (output += piece.toString()));
  t.after(() => void child.kill('SIGKILL'));
  return { child, exited: once(child, 'exit').then(([code]) => code as number | null), output: () => output };
}

interface Site {
  readonly file: string;
  readonly smtpPort: number;
  readonly text: string;
  write(text: string): Promise<void>;
}

async function newSite(t: TestContext, sink: SmtpSink): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'sendsecure-process-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [smtpPort, portal, console] = [await freePort(), await freePort(), await freePort()];
  const file = join(folder, 'gateway.toml');
  const text = `publicUrl = "http://localhost:${portal}"
[organization]
name = "Example Hospital"
domains = ["hospital.test"]
serviceAddress = "send-secure@hospital.test"
[smtp]
listen = "127.0.0.1:${smtpPort}"
[portal]
listen = "localhost:${portal}"
[console]
listen = "localhost:${console}"
[delivery]
nextHop = "smtp://127.0.0.1:${sink.port}"
internalNextHop = "smtp://127.0.0.1:${sink.port}"
[limits]
lowDiskMB = 10
`;
  await writeFile(file, text);
  return { file, smtpPort, text, write: (changed) => writeFile(file, changed) };
}

const send = (site: Site, to: string, subject = 'lunch') =>
  submit({ port: site.smtpPort, from: 'ann.lee@hospital.test', to: [to], mail: mailOf({ to, subject }) });

const serves = (site: Site) =>
  eventually(
    'serving',
    () =>
      send(site, 'first@outside.example').then(
        ({ final }) => final.startsWith('250'),
        () => false,
      ),
    30_000,
  );

describe('the program', () => {
  it('R22: SIGTERM under load ends it within 30 seconds and loses nothing; SIGHUP takes only what is right', async (t) => {
    const sink = await startSmtpSink();
    t.after(() => sink.stop());
    const site = await newSite(t, sink);
    const program = run(['serve', '--config', site.file], t);
    await serves(site);

    await site.write(site.text.replace('[limits]', '[limits]\nnonsense = 1'));
    program.child.kill('SIGHUP');
    await eventually('refused', () => program.output().includes('the old one stays in force'));
    await eventually(
      'R24: the refusal is audited',
      () =>
        readRows(dirname(site.file), "select id from audit_entries where event = 'configuration-refused'")
          .length === 1,
    );
    assert.match((await send(site, 'second@outside.example')).final, /^250 /u);
    await site.write(
      site.text.replace('domains = ["hospital.test"]', 'domains = ["hospital.test", "inside.test"]'),
    );
    program.child.kill('SIGHUP');
    await eventually('taken', () => program.output().includes('were read again'));
    assert.match((await send(site, 'near@inside.test', 'send secure')).final, /^250 /u);
    const inside = await eventually('relayed', () =>
      sink.mails.find(({ recipients }) => recipients.includes('near@inside.test')),
    );
    assert.ok(inside.bytes.includes('Hello Jane'), 'the new domain is one of ours');

    const acknowledged: string[] = [];
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; program.child.exitCode === null; n += 1) {
        const to = `c${client}-${n}@outside.example`;
        try {
          if ((await send(site, to)).final.startsWith('250')) acknowledged.push(to);
          else return;
        } catch {
          return;
        }
      }
    });
    await eventually('under load', () => acknowledged.length > 30);
    const began = performance.now();
    program.child.kill('SIGTERM');
    assert.equal(await program.exited, 0);
    assert.ok(performance.now() - began < 30_000);
    await Promise.all(clients);

    const again = run(['serve', '--config', site.file], t);
    await serves(site);
    const arrived = (): Set<string> => new Set(sink.mails.flatMap(({ recipients }) => recipients));
    await eventually('everything arrived', () => acknowledged.every((to) => arrived().has(to)), 20_000);
    for (const to of acknowledged)
      assert.equal(sink.mails.filter(({ recipients }) => recipients.includes(to)).length, 1, `${to} once`);
    again.child.kill('SIGTERM');
    assert.equal(await again.exited, 0);
  });

  it('R74: refuses a wrong configuration with every problem and its line, exit 78', async (t) => {
    const sink = await startSmtpSink();
    t.after(() => sink.stop());
    const site = await newSite(t, sink);
    await site.write(
      site.text
        .replace('[limits]', '[limits]\nmaxMessageMB = "many"')
        .replace('[smtp]', '[smtp]\nlisten2 = 1'),
    );
    const program = run(['serve', '--config', site.file], t);
    assert.equal(await program.exited, 78);
    const lines = program.output().split('\n');
    assert.ok(
      lines.some((line) => line.includes('listen2') && /\b7\b/u.test(line)),
      program.output(),
    );
    assert.ok(
      lines.some((line) => line.includes('maxMessageMB') && /\b\d+\b/u.test(line)),
      program.output(),
    );
  });

  it('names a port that is in use, and the cure; exit 69', async (t) => {
    const sink = await startSmtpSink();
    t.after(() => sink.stop());
    const site = await newSite(t, sink);
    const blocker = createServer().listen(site.smtpPort, '127.0.0.1');
    await once(blocker, 'listening');
    t.after(() => void blocker.close());
    const program = run(['serve', '--config', site.file], t);
    assert.equal(await program.exited, 69);
    assert.match(program.output(), new RegExp(`Port ${site.smtpPort} is in use`, 'u'));
    assert.match(program.output(), /\[smtp\] listen/u);
  });
});
