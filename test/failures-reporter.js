// A reporter of node's test runner that writes what failed, one JSON object a line: the file, the names down to the test,
// what the test said. `test/run.js` prints these lines last, where somebody who sees only the end of a long run finds them.

/** Yields a line for each failed test; a suite that failed only because of a test in it is not named a second time. */
export default async function* failures(events) {
  const open = new Map();
  for await (const { type, data } of events) {
    if (type === 'test:start') names(open, data.file).splice(data.nesting, Infinity, data.name);
    if (type !== 'test:fail' || data.details.error?.failureType === 'subtestsFailed') continue;
    const above = names(open, data.file).slice(0, data.nesting);
    yield `${JSON.stringify({ file: data.file ?? data.name, name: [...above, data.name].join(' > '), why: reason(data.details.error) })}\n`;
  }
}

/** The names of the tests that are under way in a file, outermost first. */
function names(open, file) {
  if (!open.has(file)) open.set(file, []);
  return open.get(file);
}

function reason(error) {
  return String(error?.cause?.message ?? error?.message ?? 'no reason given');
}
