/**
 * Entry of the writer thread. It commits the units of each message with one sync and answers them together; while it
 * syncs, the next ones gather on the caller's side. It knows nothing of
 * what the statements mean.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { commitBatch } from './batch.ts';
import { failureOf } from './errors.ts';
import type { WriteConnection } from './write-connection.ts';
import { openWriteConnection } from './write-connection.ts';
import { packOutcome, UnitUnpacker } from './writer-messages.ts';
import type { FromWriter, ToWriter, UnitsMessage, WriterSettings } from './writer-messages.ts';

/** After this long without work the log is copied into the database file and cut to nothing. */
const IDLE_CHECKPOINT_MS = 30_000;

const port = parentPort;
if (port === null) throw new Error('the writer runs as a thread only');
const settings = workerData as WriterSettings;
const unpacker = new UnitUnpacker();

let connection: WriteConnection | null = null;
let idleTimer: NodeJS.Timeout | null = null;

function answer(message: FromWriter): void {
  port?.postMessage(message);
}

function commitUnits(message: UnitsMessage): void {
  const { ids } = message;
  try {
    connection ??= openWriteConnection(settings.file);
  } catch (error) {
    answer({ kind: 'lost', ids, failure: unavailable(error) });
    return;
  }
  const outcome = commitBatch(connection, unpacker.unpack(message));
  if (outcome.committed) {
    answer({ kind: 'done', ids, outcomes: outcome.outcomes.map(packOutcome) });
    checkpointWhenIdle();
  } else {
    dropConnection();
    answer({ kind: 'lost', ids, failure: outcome.failure });
  }
}

function unavailable(error: unknown): ReturnType<typeof failureOf> {
  const failure = failureOf(error);
  if (failure.kind !== 'refused') return failure;
  return { kind: 'unavailable', message: failure.message };
}

function dropConnection(): void {
  try {
    connection?.close();
  } catch {
    // What it held is lost either way; the next batch opens another.
  }
  connection = null;
}

function checkpointWhenIdle(): void {
  if (idleTimer !== null) {
    idleTimer.refresh();
    return;
  }
  idleTimer = setTimeout(checkpoint, IDLE_CHECKPOINT_MS);
  idleTimer.unref();
}

function checkpoint(): void {
  try {
    connection?.run('PRAGMA wal_checkpoint(TRUNCATE)', []);
  } catch {
    dropConnection();
  }
}

function close(): void {
  if (idleTimer !== null) clearTimeout(idleTimer);
  dropConnection();
  port?.close();
}

port.on('message', (message: ToWriter) => {
  if (message.kind === 'units') commitUnits(message);
  else close();
});

try {
  connection = openWriteConnection(settings.file);
  answer({ kind: 'ready' });
} catch (error) {
  answer({ kind: 'failed-to-open', failure: unavailable(error) });
}
