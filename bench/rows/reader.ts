/** What a recipient's browser loads before it can show a message for the first time: page, scripts and styles. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { webFolder } from '#src/cli/paths.ts';

import { buildWeb, gzipBytesOf, readWebManifest, WEB_LANGUAGES } from '../../web/build.ts';
import { judgeAtMost, type RowResult } from '../row.ts';

const GOAL_KB = 60;

export async function measureReader(): Promise<RowResult[]> {
  await buildWeb({ outDir: webFolder });
  const manifest = await readWebManifest(webFolder);
  if (manifest === null) throw new Error('the browser code was not built');
  const rows: RowResult[] = [];
  for (const language of WEB_LANGUAGES) {
    const page = gzipSync(await readFile(join(webFolder, manifest.pages[language])), { level: 9 }).length;
    const paths = [...new Set([...manifest.firstVisit[language], ...manifest.reader])];
    const kilobytes = (page + gzipBytesOf(manifest, paths)) / 1024;
    rows.push({
      row: 'reader',
      work: `reader, first visit (${language}), gzip, all files`,
      reached: `${kilobytes.toFixed(1)} KB`,
      goal: `${GOAL_KB} KB`,
      met: judgeAtMost(kilobytes, GOAL_KB),
      details: { files: paths.length + 1 },
    });
  }
  return rows;
}
