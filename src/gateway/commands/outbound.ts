/** Stopping and starting what is handed over to the outside. */
import { Type } from 'typebox';

import { controlCommand } from '#src/control/control-command.ts';

import type { Core } from '../core.ts';

export const OutboundView = Type.Object({
  state: Type.Union([Type.Literal('running'), Type.Literal('stopped')]),
  changedAt: Type.Union([Type.Integer(), Type.Null()]),
  changedBy: Type.Union([Type.String(), Type.Null()]),
  reason: Type.Union([Type.String(), Type.Null()]),
});

export const outboundCommand = controlCommand({
  name: 'outbound',
  request: Type.Object({
    state: Type.Union([Type.Literal('running'), Type.Literal('stopped')]),
    reason: Type.String({ maxLength: 200 }),
  }),
  answer: Type.Object({
    changed: Type.Boolean(),
    now: OutboundView,
    /** Deliveries to the outside that wait. */
    waiting: Type.Integer(),
  }),
  async run(core: Core, { state, reason }, { actor }) {
    const changed = await core.outbound.change(state, actor, reason);
    core.onQueued();
    const { waiting } = await core.database.query
      .selectFrom('deliveries')
      .select(({ fn }) => fn.countAll<number>().as('waiting'))
      .where('state', '=', 'queued')
      .where('route', '=', 'outside')
      .executeTakeFirstOrThrow();
    return { changed, now: core.outbound.current, waiting };
  },
});
