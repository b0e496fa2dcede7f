/**
 * Audit entries for mail and sign-ins that were refused: an event that changes nothing of ours, so nobody waits for
 * it. Who is refused can try again at once; a network that does so often is recorded so many times an hour and then
 * counted, so that no client fills the audit log.
 */
import type { AuditEvent } from '#src/audit/audit-event.ts';
import type { AuditLog } from '#src/audit/audit-log.ts';
import { networkOf } from '#src/accounts/throttle.ts';
import { HOUR_MS, type Clock } from '#src/base/clock.ts';
import type { Log } from '#src/base/log.ts';

const PER_NETWORK_AN_HOUR = 60;
const IN_ALL_AN_HOUR = 1_000;

export interface RefusalAuditOptions {
  readonly audit: Pick<AuditLog, 'record'>;
  readonly clock: Clock;
  readonly log: Log;
}

export class RefusalAudit {
  readonly #options: RefusalAuditOptions;
  readonly #perNetwork = new Map<string, number>();
  #windowStart = Number.NEGATIVE_INFINITY;
  #recorded = 0;
  /** Not recorded since the last entry. */
  #leftOut = 0;

  constructor(options: RefusalAuditOptions) {
    this.#options = options;
  }

  /** A failure to record is logged: the refusal stands all the same. */
  async record(remoteAddress: string, event: AuditEvent): Promise<void> {
    if (!this.#takesOneMore(networkOf(remoteAddress))) {
      this.#leftOut += 1;
      return;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    const facts = { ...event.facts, from: remoteAddress, ...(leftOut > 0 && { notRecorded: leftOut }) };
    try {
      await this.#options.audit.record({ ...event, facts });
    } catch (error) {
      this.#options.log.error('a refusal could not be recorded', { error });
    }
  }

  #takesOneMore(network: string): boolean {
    const now = this.#options.clock.now();
    if (now - this.#windowStart >= HOUR_MS) {
      this.#windowStart = now;
      this.#recorded = 0;
      this.#perNetwork.clear();
    }
    const count = this.#perNetwork.get(network) ?? 0;
    if (count >= PER_NETWORK_AN_HOUR || this.#recorded >= IN_ALL_AN_HOUR) return false;
    this.#perNetwork.set(network, count + 1);
    this.#recorded += 1;
    return true;
  }
}
