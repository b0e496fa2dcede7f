/**
 * Runs one target on input after input: none may break its promise, none may take over two seconds, and memory stays
 * flat. A failing input is made as small as it can be in a few seconds, and handed back.
 */
import { mutate } from './mutate.ts';
import type { FuzzTarget } from './target.ts';

export const MAX_RUN_MS = 2_000;
const MAX_GROWTH_BYTES = 128 * 1024 * 1024;
const WARM_UP_RUNS = 500;
const MINIMISE_MS = 5_000;
/** Timers and sockets get a turn. */
const RUNS_BETWEEN_TURNS = 200;

export interface Finding {
  readonly input: Buffer;
  readonly why: string;
}

export interface FuzzOptions {
  readonly seeds: readonly Buffer[];
  readonly random: () => number;
  readonly untilMs: number;
  readonly onProgress?: (runs: number) => void;
}

/** null where the input keeps every promise. */
export async function tryInput(target: FuzzTarget, input: Buffer): Promise<string | null> {
  const began = performance.now();
  try {
    await target.run(input);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const tookMs = performance.now() - began;
  return tookMs > MAX_RUN_MS ? `took ${Math.round(tookMs)} ms` : null;
}

export async function fuzz(
  target: FuzzTarget,
  options: FuzzOptions,
): Promise<{ readonly runs: number; readonly finding: Finding | null }> {
  const choices = { random: options.random, seeds: options.seeds, words: target.words };
  let runs = 0;
  let heapBytes = 0;
  while (performance.now() < options.untilMs) {
    const input = mutate(choices);
    const why = await tryInput(target, input);
    runs += 1;
    if (why !== null) return { runs, finding: await minimise(target, input, why) };
    if (runs === WARM_UP_RUNS) heapBytes = heapNow();
    if (runs % RUNS_BETWEEN_TURNS === 0) {
      options.onProgress?.(runs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const grownBytes = runs > WARM_UP_RUNS ? heapNow() - heapBytes : 0;
  if (grownBytes <= MAX_GROWTH_BYTES) return { runs, finding: null };
  return { runs, finding: { input: Buffer.alloc(0), why: `memory grew by ${grownBytes} bytes` } };
}

function heapNow(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Leaves out pieces, large ones first, as long as it still fails. */
async function minimise(target: FuzzTarget, failing: Buffer, why: string): Promise<Finding> {
  let found: Finding = { input: failing, why };
  const untilMs = performance.now() + MINIMISE_MS;
  for (let length = failing.length >> 1; length >= 1; length >>= 1) {
    for (let at = 0; at < found.input.length && performance.now() < untilMs;) {
      const shorter = Buffer.concat([found.input.subarray(0, at), found.input.subarray(at + length)]);
      const stillWhy = await tryInput(target, shorter);
      if (stillWhy === null) at += length;
      else found = { input: shorter, why: stillWhy };
    }
  }
  return found;
}
