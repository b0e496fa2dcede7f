/** What a running gateway says of itself. */
import { Type } from 'typebox';

import { controlCommand } from '#src/control/control-command.ts';

import type { Core } from '../core.ts';

export const statusCommand = controlCommand({
  name: 'status',
  request: Type.Object({}),
  answer: Type.Object({
    version: Type.String(),
    pid: Type.Integer(),
    /** Milliseconds since 1970. */
    startedAt: Type.Integer(),
  }),
  run: (core: Core) =>
    Promise.resolve({
      version: core.options.version,
      pid: process.pid,
      startedAt: Math.round(core.clock.now() - process.uptime() * 1_000),
    }),
});
