/**
 * The oracle of every fault test, from outside: what clients were answered, what next hops took, what lies in the
 * folders, what the audit log says.
 *   O1 every recipient of a mail that was answered 250 meets its fate: relayed, told by a notice, or bounced
 *   O2 a mail is repeated only where its reply never became a record, and then with the same Message-ID
 *   O3, O5 the canary of a protected mail is on no wire, in no file, in no log, in any form
 *   O4 every state that is reached has exactly one audit entry, whose leaf fits
 *   O6 a mail that was never answered 250 exists only where a client was left without an answer
 *   O7 the author has one report of each recipient that failed
 */
import assert from 'node:assert/strict';

import { leafHash } from '#src/audit/audit-log.ts';
import type { SinkMail } from '#test/peers/smtp-sink.ts';
import { eventually } from '#test/support/eventually.ts';
import { findCanary, findCanaryInFolders } from '#test/support/find-canary.ts';

import { readTakenMail, REFUSED, type SubmittedMail, type TakenMail } from './mails.ts';

export interface Rows {
  (sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** A mail that must be there because another one was answered 250, and what arrived of it. */
export interface Fate {
  readonly what: string;
  readonly copies: readonly TakenMail[];
}

/** So many octets of wire are searched at once: each search looks for many forms. */
const SEARCHED_AT_ONCE = 1024 * 1024;
const INTERNAL = /@hospital\.test$/u;

export class Oracle {
  readonly canary: string;
  readonly submitted: SubmittedMail[] = [];
  /** Mails that any sink took. */
  taken = 0;
  deaths = 0;
  /** Connections to next hops that were cut or answered with nonsense. Each, as each death, may cost a record. */
  spoiltConnections = 0;
  readonly #byMessageId = new Map<string, SubmittedMail>();
  readonly #byRecipient = new Map<string, TakenMail[]>();
  readonly #leaks = new Set<string>();
  #unsearched: Buffer[] = [];
  #unsearchedBytes = 0;

  constructor(canary: string) {
    this.canary = canary;
  }

  submit(mail: SubmittedMail): void {
    this.submitted.push(mail);
    this.#byMessageId.set(mail.messageId, mail);
  }

  /** A sink took a mail. What is relayed must be, octet for octet, what was submitted. */
  take(wire: SinkMail): void {
    const mail = readTakenMail(wire);
    this.taken += 1;
    if (mail.kind === 'relay') {
      const submitted = this.#byMessageId.get(mail.messageId);
      assert.ok(submitted !== undefined, `somebody else's mail: ${mail.messageId}`);
      assert.ok(mail.bytes.subarray(-submitted.mail.length).equals(Buffer.from(submitted.mail)), 'damaged');
    }
    const known = this.#byRecipient.get(mail.to) ?? [];
    known.push({ ...mail, bytes: Buffer.alloc(0) });
    this.#byRecipient.set(mail.to, known);
    this.#unsearched.push(wire.bytes);
    this.#unsearchedBytes += wire.bytes.length;
    if (this.#unsearchedBytes >= SEARCHED_AT_ONCE) this.#searchWire();
  }

  /** Mails that sinks took, by kind, address and Message-ID, with how many of each. */
  takenMails(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [to, mails] of this.#byRecipient) {
      for (const { kind, messageId } of mails) {
        const key = `${kind} to ${to} ${messageId}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    return counts;
  }

  acknowledged(): SubmittedMail[] {
    return this.submitted.filter(({ queueId }) => queueId !== null);
  }

  /** O1: the mails that a submitted one must have become. */
  fatesOf(mail: SubmittedMail): Fate[] {
    const about = (to: string, kind: string): readonly TakenMail[] =>
      (this.#byRecipient.get(to) ?? []).filter(
        (copy) =>
          copy.kind === kind &&
          (kind === 'relay' ? copy.messageId === mail.messageId : copy.refersTo.includes(mail.messageId)),
      );
    const fates = mail.recipients.map((recipient) => {
      if (REFUSED.test(recipient))
        return { what: `bounce of ${mail.messageId}`, copies: about(mail.author, 'bounce') };
      const kind = mail.coded && !INTERNAL.test(recipient) ? 'notice' : 'relay';
      return { what: `${kind} of ${mail.messageId} to ${recipient}`, copies: about(recipient, kind) };
    });
    if (!mail.coded) return fates;
    return [
      ...fates,
      { what: `secured mail about ${mail.messageId}`, copies: about(mail.author, 'secured') },
    ];
  }

  missing(mails: readonly SubmittedMail[] = this.acknowledged()): string[] {
    return mails
      .flatMap((mail) => this.fatesOf(mail))
      .filter(({ copies }) => copies.length === 0)
      .map(({ what }) => what);
  }

  /** Waits until everything that was answered 250 has met its fate; what has not after the time is lost. */
  async everythingArrived(
    mails: readonly SubmittedMail[] = this.submitted,
    timeoutMs = 60_000,
  ): Promise<void> {
    let waiting = mails.filter(({ queueId }) => queueId !== null);
    const done = (): boolean => {
      waiting = waiting.filter((mail) => this.missing([mail]).length > 0);
      return waiting.length === 0;
    };
    try {
      await eventually('all mails', done, timeoutMs);
    } catch {
      assert.deepEqual(this.missing(waiting), [], 'lost');
    }
  }

  /**
   * O2, O6: how many mails came more than once. A client that got no answer may have been taken twice: then each of
   * the two is a message of its own, with its own notices. Any other copy is a repeat with one Message-ID, at most
   * one for each death or spoilt connection.
   */
  countRepeats(mails: readonly SubmittedMail[] = this.submitted): number {
    let repeats = 0;
    for (const mail of mails) {
      for (const { what, copies } of this.fatesOf(mail)) {
        const instances = Map.groupBy(copies, (copy) => copy.queueId ?? copy.messageId);
        const possible = (mail.queueId === null ? 0 : 1) + mail.unanswered;
        assert.ok(instances.size <= possible, `${what}: ${instances.size} instances of ${possible}`);
        for (const { length } of instances.values()) {
          assert.ok(length <= 1 + this.deaths + this.spoiltConnections, `${what}: ${length} copies`);
          repeats += length - 1;
        }
      }
    }
    return repeats;
  }

  /** O3, O5: where the canary stands: on the wires, or in files below the folders. */
  async leaks(folders: readonly string[]): Promise<string[]> {
    this.#searchWire();
    const stored = await findCanaryInFolders(this.canary, folders);
    return [...this.#leaks, ...stored.map(({ where, form }) => `${where}: ${form}`)];
  }

  #searchWire(): void {
    for (const form of findCanary(this.canary, Buffer.concat(this.#unsearched)))
      this.#leaks.add(`on a wire: ${form}`);
    this.#unsearched = [];
    this.#unsearchedBytes = 0;
  }
}

/** O4, O7, when everything is done: states and audit entries are the same story, and nothing waits any more. */
export async function checkAudit(rows: Rows): Promise<void> {
  const entries = await rows(
    'select sequence, event, "messageId", "recipientId", entry, salt, leaf from audit_entries',
  );
  for (const { entry, salt, leaf } of entries)
    assert.ok(leafHash(salt as Buffer, entry as string).equals(Buffer.from(leaf as Buffer)), 'a leaf fits');
  const counted = new Map<string, number>();
  for (const { event, messageId, recipientId } of entries)
    for (const id of [messageId, recipientId]) {
      const key = `${String(event)} ${String(id)}`;
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
  const count = (event: string, id: unknown): number => counted.get(`${event} ${String(id)}`) ?? 0;
  for (const { id } of await rows("select id from messages where purpose = 'submitted'"))
    assert.equal(count('message-accepted', id), 1, 'accepted once');
  for (const { id, firstOpenedAt } of await rows('select id, "firstOpenedAt" from recipients')) {
    assert.equal(count('recipient-decided', id), 1, 'decided once');
    assert.equal(count('message-opened', id), firstOpenedAt === null ? 0 : 1, 'opened once');
  }
  const deliveries = await rows('select id, state from deliveries');
  for (const [state, event] of [
    ['handed-over', 'delivery-handed-over'],
    ['failed', 'delivery-failed'],
  ]) {
    const recorded = entries.filter((row) => row['event'] === event).map(deliveryOf);
    const reached = deliveries.filter((row) => row['state'] === state).map(({ id }) => String(id));
    assert.deepEqual(recorded.toSorted(), reached.toSorted(), `each one ${state} has one entry`);
  }
  const waiting = deliveries.filter(({ state }) => state !== 'handed-over' && state !== 'failed');
  assert.deepEqual(waiting, [], 'nothing waits any more');
}

function deliveryOf({ entry }: Record<string, unknown>): string {
  return (JSON.parse(entry as string) as { facts: { delivery: string } }).facts.delivery;
}
