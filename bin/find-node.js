// Which Node.js runs the TypeScript sources as they are: this one from version 24 on, else the one in node_modules.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const REQUIRED_MAJOR = 24;

/** Path of the executable. Ends the process with a clear message where there is none. */
export function findNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const bundled = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name);
  if (existsSync(bundled)) return bundled;
  process.stderr.write(
    `Send Secure needs Node.js ${REQUIRED_MAJOR} or later; this is ${process.versions.node}, and no newer one ` +
      `came with the packages for ${process.platform}-${process.arch}.\n` +
      `Install Node.js ${REQUIRED_MAJOR} from your system's packages, then run "npm ci" again.\n`,
  );
  return process.exit(69);
}
