/** The log of a running gateway: one JSON line an event on standard output, with the allow-listed fields only. */
import { pino } from 'pino';

import { errorCode } from '#src/base/coded-error.ts';
import type { Log, LogFields } from '#src/base/log.ts';

export function createPinoLog(level: string): Log {
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  return {
    debug: (message, fields) => logger.debug(shown(fields), message),
    info: (message, fields) => logger.info(shown(fields), message),
    warn: (message, fields) => logger.warn(shown(fields), message),
    error: (message, fields) => logger.error(shown(fields), message),
  };
}

/** An error is shown by class, code, message and stack; the fields that libraries hang on it may hold content. */
function shown(fields: LogFields | undefined): object {
  if (fields?.error === undefined) return fields ?? {};
  const { error, ...rest } = fields;
  if (!(error instanceof Error)) return { ...rest, error: typeof error };
  return {
    ...rest,
    error: { name: error.name, code: errorCode(error), message: error.message, stack: error.stack },
  };
}
