/**
 * The log as the parts of the product see it. The fields are an allow-list: no content, subject, name of a file,
 * key, token or code can be passed, because there is no field for it. `queueId` finds the rest in the database.
 */
export interface LogFields {
  readonly queueId?: string;
  readonly deliveryId?: string;
  readonly accountId?: string;
  readonly remoteAddress?: string;
  readonly listener?: string;
  readonly nextHop?: string;
  readonly step?: string;
  readonly outcome?: string;
  readonly code?: string;
  readonly status?: number;
  readonly count?: number;
  readonly sizeBytes?: number;
  readonly durationMs?: number;
  readonly file?: string;
  readonly route?: string;
  readonly method?: string;
  readonly error?: unknown;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
