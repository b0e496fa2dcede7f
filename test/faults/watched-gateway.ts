/** A gateway in this process, watched by the oracle: for faults that need no process of their own. */
import assert from 'node:assert/strict';

import type { FakeClock } from '#src/base/clock.ts';
import type { SinkBehaviour } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { newCanary } from '#test/support/find-canary.ts';
import {
  startGatewayWithSinks,
  type CleanUp,
  type GatewayWithSinks,
  type SinksOptions,
} from '#test/support/gateway-with-sinks.ts';
import { submit } from '#test/support/submit.ts';

import { NO_COUNTS, reportCounts } from './counts.ts';
import { mailToSubmit, type KindOfMail, type SubmittedMail } from './mails.ts';
import { checkAudit, Oracle } from './oracle.ts';

const SENT_AGAIN_MS = 30_000;

export class WatchedGateway {
  readonly oracle: Oracle;
  readonly world: GatewayWithSinks;

  private constructor(oracle: Oracle, world: GatewayWithSinks) {
    this.oracle = oracle;
    this.world = world;
  }

  /** With the oracle of an earlier one, and its folder, it goes on where that one stopped. */
  static async start(
    t: CleanUp,
    options: SinksOptions = {},
    oracle = new Oracle(newCanary()),
  ): Promise<WatchedGateway> {
    const watched = (behaviour: SinkBehaviour = {}): SinkBehaviour => ({
      ...behaviour,
      onMail: (mail) => {
        oracle.take(mail);
        return true;
      },
    });
    const world = await startGatewayWithSinks(t, {
      ...options,
      outside: watched(options.outside),
      inside: watched(options.inside),
    });
    return new WatchedGateway(oracle, world);
  }

  newMail(kind: KindOfMail): SubmittedMail {
    const mail = mailToSubmit(
      this.oracle.submitted.length,
      kind.coded ? this.oracle.canary : 'nothing secret',
      kind,
    );
    this.oracle.submit(mail);
    return mail;
  }

  /** Sends once. Whatever is no 250 counts as an answer that may stand for a commit whose answer was lost. */
  async send(mail: SubmittedMail, port = this.world.gateway.smtpPort): Promise<string> {
    let final = '';
    try {
      ({ final } = await submit({ port, from: mail.author, to: mail.recipients, mail: mail.mail }));
    } catch {
      // Cut off: not answered.
    }
    const queueId = /^250 2\.6\.0 Accepted as (\w{26})$/u.exec(final)?.[1];
    if (queueId === undefined) mail.unanswered += 1;
    else mail.queueId = queueId;
    assert.match(final, /^(?:|250 .*|4\d\d .*)$/u, 'only temporary refusals');
    return final;
  }

  async sendUntilTaken(mails: readonly SubmittedMail[] = this.oracle.submitted): Promise<void> {
    for (const mail of mails) {
      const taken = async (): Promise<boolean> =>
        mail.queueId !== null || (await this.send(mail)).startsWith('250');
      await eventually(`${mail.messageId} taken`, taken, SENT_AGAIN_MS);
    }
  }

  /** Moves the clock on until nothing waits any more: what was deferred is tried again. */
  async passTimeUntilSettled(clock: FakeClock, stepMs: number, timeoutMs = 60_000): Promise<void> {
    await eventually(
      'every delivery done',
      async () => {
        const [first] = this.world.rows(
          "select min(nextAttemptAt) as at, count(*) as n from deliveries where state = 'queued'",
        );
        if (first?.['n'] === 0) return true;
        if (Number(first?.['at']) > clock.now()) {
          clock.advance(stepMs);
          // A mail that nobody waits for wakes the queue.
          await this.sendUntilTaken([this.newMail({ coded: false, recipients: ['wake@hospital.test'] })]);
        }
        return false;
      },
      timeoutMs,
    );
  }

  /** O1 to O7. How many mails were repeated; each of them was taken without a record. */
  async check(timeoutMs?: number): Promise<number> {
    await this.oracle.everythingArrived(this.oracle.submitted, timeoutMs);
    await this.world.settled(timeoutMs);
    await checkAudit((sql) => Promise.resolve(this.world.rows(sql)));
    const [row] = this.world.rows("select count(*) as n from deliveries where state = 'handed-over'");
    const lostReplies = this.oracle.taken - Number(row?.['n']);
    const repeated = this.oracle.countRepeats();
    assert.equal(repeated, lostReplies, 'a repeat for each mail that was taken and not recorded, no other');
    const leaks = await this.oracle.leaks([this.world.gateway.folder]);
    reportCounts({
      ...NO_COUNTS,
      acknowledged: this.oracle.acknowledged().length,
      repeated,
      lostReplies,
      leaked: leaks.length,
    });
    assert.deepEqual(leaks, []);
    return repeated;
  }
}
