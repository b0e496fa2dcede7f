/**
 * The caller's side of the writer thread: sends units of work, keeps their promises, starts a new thread when one
 * died. A unit whose thread died before it answered is rejected as unavailable; whether it was kept is not known.
 */
import { Worker } from 'node:worker_threads';

import { CodedError } from '#src/base/coded-error.ts';
import type { Log } from '#src/base/log.ts';

import type { Statement, StatementResult } from '../database.ts';
import { DatabaseUnavailable } from '../database.ts';
import { checkedParameters } from '../parameters.ts';
import { errorOf, failureOf } from './errors.ts';
import type { Failure } from './errors.ts';
import { plainRow } from './rows.ts';
import { UnitPacker, unpackOutcome } from './writer-messages.ts';
import type { FromWriter, PackedOutcome, ToWriter, WriterSettings } from './writer-messages.ts';

interface Pending {
  readonly resolve: (results: readonly StatementResult[]) => void;
  readonly reject: (error: Error) => void;
}

interface Unit {
  readonly id: number;
  readonly statements: readonly Statement[];
}

/** One that is being committed, and the next for it to begin with at once. */
const MESSAGES_UNDER_WAY = 2;

export class SqliteWriter {
  readonly #settings: WriterSettings;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  readonly #waiting: Unit[] = [];
  #packer = new UnitPacker();
  /** Messages that the thread has not answered. */
  #underWay = 0;
  #worker: Worker | null = null;
  #lastId = 0;
  #closing = false;
  #drained: PromiseWithResolvers<void> | null = null;
  #closed: Promise<void> | null = null;

  constructor(settings: WriterSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Resolves when the thread has opened the file; throws DatabaseUnavailable where it can't. */
  async start(): Promise<void> {
    const worker = this.#startWorker();
    const first = await new Promise<FromWriter>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => {
        reject(new DatabaseUnavailable('the database writer did not start'));
      });
    });
    if (first.kind !== 'failed-to-open') return;
    this.#closing = true;
    await worker.terminate();
    throw errorOf(first.failure);
  }

  commit(statements: readonly Statement[]): Promise<readonly StatementResult[]> {
    if (this.#closing) return Promise.reject(new CodedError('database-closed', 'the database is closed'));
    try {
      // Here, so that a value that can't even be sent fails this unit alone.
      for (const { parameters } of statements) checkedParameters(parameters);
    } catch (error) {
      return Promise.reject(errorOf(failureOf(error)));
    }
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#waiting.push({ id, statements });
      this.#send();
    });
  }

  /** While the thread has enough to do, units gather here and go in one message. */
  #send(): void {
    if (this.#waiting.length === 0 || this.#underWay >= MESSAGES_UNDER_WAY) return;
    const worker = this.#worker ?? this.#startWorker();
    const message = this.#packer.pack(this.#waiting.splice(0, this.#settings.maxBatch));
    worker.postMessage(message, [message.bytes.buffer]);
    this.#underWay += 1;
    worker.ref();
  }

  /** Takes no more units of work; resolves when those that were sent are answered. */
  async drain(): Promise<void> {
    this.#closing = true;
    if (this.#pending.size === 0) return;
    this.#drained ??= Promise.withResolvers<void>();
    await this.#drained.promise;
  }

  /** Drains, then lets the thread close the file. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.drain();
    const worker = this.#worker;
    if (worker === null) return;
    const exited = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        resolve();
      });
    });
    worker.ref();
    worker.postMessage({ kind: 'close' } satisfies ToWriter, []);
    await exited;
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: this.#settings,
      // Not this process's options: some (--input-type) keep a thread from starting.
      execArgv: [],
    });
    this.#worker = worker;
    worker.on('message', (message: FromWriter) => {
      this.#receive(message);
    });
    worker.on('error', (error) => {
      this.#log.error('the database writer stopped with an error', { error });
    });
    worker.on('exit', () => {
      this.#forget(worker);
    });
    return worker;
  }

  #receive(message: FromWriter): void {
    if (message.kind === 'done') {
      this.#underWay -= 1;
      for (const [position, id] of message.ids.entries()) this.#settle(id, message.outcomes[position]);
    }
    if (message.kind === 'lost') {
      this.#underWay -= 1;
      const { ids, failure } = message;
      this.#log.error('the database gave up a batch', { code: failure.kind, count: ids.length });
      for (const id of ids) this.#settle(id, { ok: false, failure });
    }
    this.#send();
    this.#afterSettling();
  }

  #settle(
    id: number,
    packed: PackedOutcome | { readonly ok: false; readonly failure: Failure } | undefined,
  ): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    const outcome = packed === undefined ? undefined : unpackOutcome(packed);
    if (outcome === undefined) pending?.reject(new DatabaseUnavailable('the writer gave no answer'));
    else if (outcome.ok) pending?.resolve(outcome.results.map(withBuffers));
    else pending?.reject(errorOf(outcome.failure));
  }

  #forget(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.#packer = new UnitPacker();
    this.#underWay = 0;
    this.#waiting.length = 0;
    if (!this.#closing) this.#log.warn('the database writer stopped; it is started again when needed');
    for (const pending of this.#pending.values())
      pending.reject(new DatabaseUnavailable('the database writer stopped before it answered'));
    this.#pending.clear();
    this.#afterSettling();
  }

  #afterSettling(): void {
    if (this.#pending.size > 0) return;
    this.#drained?.resolve();
    // Nobody waits for the thread now, so the process may end.
    if (!this.#closing) this.#worker?.unref();
  }
}

function withBuffers(result: StatementResult): StatementResult {
  if (result.rows.length === 0) return result;
  return { rowCount: result.rowCount, rows: result.rows.map(plainRow) };
}
