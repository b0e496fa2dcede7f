/**
 * The capture of a trial: mail that would have left, had a route been configured. Kept sealed like everything else,
 * under a key that only this process's key provider can unwrap.
 */
import type { Clock } from '#src/base/clock.ts';
import { newId } from '#src/base/identifiers.ts';
import type { KeyProvider } from '#src/keys/key-provider.ts';
import { capturedMailContext } from '#src/sealing/contexts.ts';
import type { DeliveryRow } from '#src/queue/delivery-queue.ts';
import { exactlyOne, statement, type Database, type Statement } from '#src/storage/database.ts';

export interface CapturedMail {
  readonly id: string;
  readonly capturedAt: number;
  readonly kind: string;
  readonly reversePath: string;
  readonly recipient: string;
  readonly bytes: Buffer;
}

export class CapturedMails {
  readonly #database: Pick<Database, 'query'>;
  readonly #keys: KeyProvider;
  readonly #clock: Clock;

  constructor(options: { database: Pick<Database, 'query'>; keys: KeyProvider; clock: Clock }) {
    this.#database = options.database;
    this.#keys = options.keys;
    this.#clock = options.clock;
  }

  async capture(delivery: DeliveryRow, mail: Buffer): Promise<Statement> {
    const id = newId(this.#clock);
    return statement(
      this.#database.query.insertInto('captured_mails').values({
        id,
        deliveryId: delivery.id,
        capturedAt: this.#clock.now(),
        kind: delivery.kind,
        reversePath: delivery.reversePath,
        recipient: delivery.recipient,
        sealed: await this.#keys.wrap(mail, this.#context(id)),
      }),
      exactlyOne,
    );
  }

  /** The newest first; at most `limit`. */
  async list(limit: number): Promise<readonly CapturedMail[]> {
    const rows = await this.#database.query
      .selectFrom('captured_mails')
      .selectAll()
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return Promise.all(
      rows.map(async ({ sealed, id, capturedAt, kind, reversePath, recipient }) => ({
        id,
        capturedAt,
        kind,
        reversePath,
        recipient,
        bytes: await this.#keys.unwrap(sealed, this.#context(id)),
      })),
    );
  }

  #context(id: string): Buffer {
    return capturedMailContext(this.#keys.publicKeys().organizationId, id);
  }
}
