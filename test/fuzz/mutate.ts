/** Makes inputs from seeds: octets and lines are changed, repeated, moved, joined with other seeds and with words. */

const INTERESTING = [
  0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x28, 0x2e, 0x3d, 0x3f, 0x5c, 0x7f, 0x80, 0xc2, 0xe2, 0xff,
];
const MAX_INPUT_BYTES = 64 * 1024;
const MAX_CHANGES = 8;
const MAX_REPEATS = 200;

export interface Choices {
  readonly random: () => number;
  readonly seeds: readonly Buffer[];
  readonly words: readonly string[];
}

export function mutate(choices: Choices): Buffer {
  const { random, seeds } = choices;
  let input = pick(seeds, random) ?? Buffer.alloc(0);
  const changes = 1 + Math.floor(random() * MAX_CHANGES);
  for (let n = 0; n < changes; n += 1) {
    const change = pick(CHANGES, random);
    if (change !== undefined) input = change(input, choices).subarray(0, MAX_INPUT_BYTES);
  }
  return input;
}

type Change = (input: Buffer, choices: Choices) => Buffer;

const CHANGES: readonly Change[] = [
  function flipBit(input, { random }) {
    const at = position(input, random);
    const changed = Buffer.from(input);
    if (at < input.length) changed[at] = (changed[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    return changed;
  },
  function setOctet(input, { random }) {
    const changed = Buffer.from(input);
    const at = position(input, random);
    if (at < input.length) changed[at] = pick(INTERESTING, random) ?? 0;
    return changed;
  },
  function insertOctet(input, { random }) {
    return splice(input, position(input, random), 0, Buffer.from([pick(INTERESTING, random) ?? 0]));
  },
  function insertWord(input, { random, words }) {
    return splice(input, position(input, random), 0, Buffer.from(pick(words, random) ?? '', 'latin1'));
  },
  function replaceByWord(input, { random, words }) {
    const length = Math.floor(random() * 12);
    return splice(input, position(input, random), length, Buffer.from(pick(words, random) ?? '', 'latin1'));
  },
  function remove(input, { random }) {
    return splice(input, position(input, random), 1 + Math.floor(random() * 40), Buffer.alloc(0));
  },
  function repeat(input, { random }) {
    const start = position(input, random);
    const piece = input.subarray(start, start + 1 + Math.floor(random() * 30));
    const times = Math.floor(random() * MAX_REPEATS);
    return splice(input, start, 0, Buffer.concat(Array<Buffer>(times).fill(piece)));
  },
  function copyElsewhere(input, { random }) {
    const start = position(input, random);
    const piece = input.subarray(start, start + Math.floor(random() * 80));
    return splice(input, position(input, random), 0, piece);
  },
  function joinSeeds(input, { random, seeds }) {
    const other = pick(seeds, random) ?? input;
    return Buffer.concat([
      input.subarray(0, position(input, random)),
      other.subarray(position(other, random)),
    ]);
  },
  function moveLine(input, { random }) {
    const lines = input.toString('latin1').split('\r\n');
    const [line = ''] = lines.splice(Math.floor(random() * lines.length), 1);
    lines.splice(Math.floor(random() * (lines.length + 1)), 0, line);
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
  function truncate(input, { random }) {
    return input.subarray(0, position(input, random));
  },
];

function splice(input: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, at), added, input.subarray(at + removed)]);
}

function position(input: Buffer, random: () => number): number {
  return Math.floor(random() * (input.length + 1));
}

function pick<T>(from: readonly T[], random: () => number): T | undefined {
  return from[Math.floor(random() * from.length)];
}
