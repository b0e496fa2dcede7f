/** What a running gateway says of itself. */
import { Type } from 'typebox';

import { controlCommand } from '#src/control/control-command.ts';

import type { Core } from '../core.ts';

const Finding = Type.Object({ name: Type.String(), text: Type.String() });

export const statusCommand = controlCommand({
  name: 'status',
  request: Type.Object({}),
  answer: Type.Object({
    version: Type.String(),
    pid: Type.Integer(),
    /** Milliseconds since 1970. */
    startedAt: Type.Integer(),
    /** Why it can't do its work; empty: it can. */
    failing: Type.Array(Finding),
    warnings: Type.Array(Finding),
  }),
  async run(core: Core) {
    const { failing, warnings } = await core.readiness.report();
    return {
      version: core.options.version,
      pid: process.pid,
      startedAt: Math.round(core.clock.now() - process.uptime() * 1_000),
      failing: [...failing],
      warnings: [...warnings],
    };
  },
});
