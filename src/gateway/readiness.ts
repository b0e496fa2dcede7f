/**
 * Whether the gateway can do its work, and what somebody should look at although it does. Parts register what they
 * watch; who asks (the public `/readyz`, the staff page, the command line, the start) gets the same answer, with as
 * many words as they may read.
 */
import { SECOND_MS } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';

/** Something that is not as it should be. */
export interface Finding {
  /** Words with hyphens: shown to anybody, so it tells nothing but the kind. */
  readonly name: string;
  /** A sentence for operators: what it is, since when, what to do. No content, subjects, keys or tokens. */
  readonly text: string;
}

export interface ReadinessReport {
  /** The gateway can't do its work. */
  readonly failing: readonly Finding[];
  /** It works; somebody should look. */
  readonly warnings: readonly Finding[];
}

export interface ReadinessCheck {
  readonly name: string;
  readonly level: keyof ReadinessReport;
  /** What it finds wrong, empty where all is well. A rejection is a finding of its own. */
  look(): Promise<readonly Finding[]> | readonly Finding[];
}

const CHECK_TIMEOUT_MS = 5 * SECOND_MS;

export class Readiness {
  readonly #log: Log;
  readonly #checks: ReadinessCheck[] = [];
  #underWay: Promise<ReadinessReport> | null = null;

  constructor(options: { log: Log }) {
    this.#log = options.log;
  }

  register(...checks: readonly ReadinessCheck[]): void {
    this.#checks.push(...checks);
  }

  /** Never rejects. Anybody may ask: those who ask at once share one look. */
  report(): Promise<ReadinessReport> {
    this.#underWay ??= this.#lookAtAll().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #lookAtAll(): Promise<ReadinessReport> {
    const found = await Promise.all(
      this.#checks.map(async (check) => ({ level: check.level, findings: await this.#look(check) })),
    );
    const of = (level: keyof ReadinessReport): readonly Finding[] =>
      found.flatMap((one) => (one.level === level ? one.findings : []));
    return { failing: of('failing'), warnings: of('warnings') };
  }

  async #look(check: ReadinessCheck): Promise<readonly Finding[]> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<readonly Finding[]>((resolve) => {
      const text = `Looking at it (${check.name}) took longer than ${CHECK_TIMEOUT_MS / SECOND_MS} seconds.`;
      timer = setTimeout(() => resolve([{ name: check.name, text }]), CHECK_TIMEOUT_MS);
    });
    try {
      const findings = await Promise.race([Promise.resolve(check.look()), silence]);
      if (check.level === 'failing' && findings.length > 0) this.#log.warn('not ready', { step: check.name });
      return findings;
    } catch (error) {
      this.#log.warn('not ready', { step: check.name, error });
      return [{ name: check.name, text: `Looking at it (${check.name}) failed; the log says more.` }];
    } finally {
      clearTimeout(timer);
    }
  }
}
