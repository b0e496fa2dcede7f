/**
 * Remembers which content failed here, over restarts, so that no mail is deferred again and again for what it is: after
 * an unknown error it is sealed raw at its next try, without being taken apart; where that fails too it is refused. A
 * death of the process is less of a sign, for much else ends processes: two make a content suspect, after five it is
 * tried less and less often, eight refuse it. Knows contents by a keyed hash of their header alone.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { lengthPrefixed, sha256 } from '#src/base/bytes.ts';
import { DAY_MS, HOUR_MS, type Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';

import { ContentInWork } from './content-in-work.ts';

/** As long as servers try again. */
const REMEMBERED_MS = 6 * DAY_MS;
const DEATHS_UNTIL_RAW = 2;
const DEATHS_UNTIL_RARE = 5;
const DEATHS_UNTIL_REFUSED = 8;
/** The wait after the fifth death, doubled by each later one: what is innocent gets in, what is not kills seldom. */
const RARE_MS = HOUR_MS;
const ERRORS_UNTIL_REFUSED = 2;

export interface FailedContentOptions {
  /** Of the data folder. */
  readonly dataDir: string;
  readonly keys: Pick<KeyProvider, 'mac'>;
  /** Name of this run of this process. */
  readonly owner: string;
  readonly isDead: (owner: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

interface Failures {
  readonly errors: number;
  readonly deaths: number;
  /** When the last death was noticed; 0 where there was none. */
  readonly diedMs: number;
}

const NONE: Failures = { errors: 0, deaths: 0, diedMs: 0 };

/** One try of one content. */
export interface ContentTry {
  /** `raw`: seal it without taking it apart. `later`, `refuse`: it is not worth another death, now or ever. */
  readonly handling: 'as-usual' | 'raw' | 'later' | 'refuse';
  /** An error that may be the content's. True where it has now failed for good. */
  failed(): boolean;
  /** The content is no longer in hand, whatever became of it. */
  end(): void;
}

export class FailedContent {
  readonly #options: FailedContentOptions;
  readonly #folder: string;
  readonly #inWork: ContentInWork;

  constructor(options: FailedContentOptions) {
    this.#options = options;
    this.#folder = join(options.dataDir, 'failed-content');
    this.#inWork = new ContentInWork({ ...options, folder: join(options.dataDir, 'content-in-work') });
  }

  /** Counts the deaths since the last run, and forgets what is long ago. */
  open(): void {
    const left = this.#inWork.open();
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#forgetOld();
    } catch (error) {
      this.#warn(error);
    }
    for (const name of left) {
      const failures = this.#failuresOf(name);
      this.#remember(name, {
        ...failures,
        deaths: failures.deaths + 1,
        diedMs: this.#options.clock.now(),
      });
    }
  }

  close(): void {
    this.#inWork.close();
  }

  begin(headerBlock: Buffer): ContentTry {
    const name = this.#nameOf(headerBlock);
    const before = this.#failuresOf(name);
    const handling = handlingAfter(before, this.#options.clock.now());
    const isTaken = handling === 'as-usual' || handling === 'raw';
    const end = isTaken ? this.#inWork.note(name) : () => {};
    return {
      handling,
      failed: () => {
        const failures = this.#failuresOf(name);
        const errors = Math.max(failures.errors, before.errors) + 1;
        this.#remember(name, { ...failures, errors });
        return errors >= ERRORS_UNTIL_REFUSED;
      },
      end,
    };
  }

  /** A try through another server differs in its trace fields. */
  #nameOf(headerBlock: Buffer): string {
    const header = headerBlock
      .toString('latin1')
      .replaceAll(/^received:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n/gimu, '');
    const named = lengthPrefixed('failed-content', sha256(Buffer.from(header, 'latin1')));
    return this.#options.keys.mac('token', named).toString('hex');
  }

  #failuresOf(name: string): Failures {
    const file = join(this.#folder, name);
    if (!existsSync(file)) return NONE;
    try {
      const [errors, deaths, diedMs] = readFileSync(file, 'latin1').split(' ').map(Number);
      return { errors: errors ?? 0, deaths: deaths ?? 0, diedMs: diedMs ?? 0 };
    } catch (error) {
      this.#warn(error);
      return NONE;
    }
  }

  #remember(name: string, { errors, deaths, diedMs }: Failures): void {
    try {
      writeFileSync(join(this.#folder, name), `${errors} ${deaths} ${diedMs}`, { mode: 0o600 });
    } catch (error) {
      this.#warn(error);
    }
  }

  #forgetOld(): void {
    const oldest = this.#options.clock.now() - REMEMBERED_MS;
    for (const name of readdirSync(this.#folder)) {
      const file = join(this.#folder, name);
      if (statSync(file).mtimeMs < oldest) rmSync(file, { force: true });
    }
  }

  #warn(error: unknown): void {
    this.#options.log.warn('what failed here can’t be remembered', { step: 'receive', error });
  }
}

function handlingAfter({ errors, deaths, diedMs }: Failures, now: number): ContentTry['handling'] {
  if (deaths >= DEATHS_UNTIL_REFUSED) return 'refuse';
  if (deaths >= DEATHS_UNTIL_RARE) {
    const waitMs = RARE_MS * 2 ** (deaths - DEATHS_UNTIL_RARE);
    // A clock that was set back keeps nothing waiting for longer.
    if (now >= diedMs && now < diedMs + waitMs) return 'later';
  }
  return errors > 0 || deaths >= DEATHS_UNTIL_RAW ? 'raw' : 'as-usual';
}
