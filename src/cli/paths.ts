/** Folders of this checkout that commands need. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const webFolder = join(projectFolder, 'web', 'dist');
