/** Finds the line of a key in a TOML text, for messages to the person who wrote it. No second parser: one look per line. */

/** Lines (from 1) by dotted key path; the n-th entry of a repeated table counts from 0, as in `partners.1.domain`. */
export function findKeyLines(toml: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const counts = new Map<string, number>();
  let table = '';
  for (const [index, line] of toml.split(/\r?\n/u).entries()) {
    const repeated = /^\s*\[\[\s*([\w.-]+)\s*\]\]/u.exec(line)?.[1];
    const single = /^\s*\[\s*([\w.-]+)\s*\]/u.exec(line)?.[1];
    const key = /^\s*([\w-]+)\s*=/u.exec(line)?.[1];
    if (repeated !== undefined) {
      const count = counts.get(repeated) ?? 0;
      counts.set(repeated, count + 1);
      table = `${repeated}.${count}.`;
      lines.set(`${repeated}.${count}`, index + 1);
    } else if (single !== undefined) {
      table = `${single}.`;
      lines.set(single, index + 1);
    } else if (key !== undefined) {
      lines.set(`${table}${key}`, index + 1);
    }
  }
  return lines;
}
