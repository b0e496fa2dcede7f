/** The queue, for the person who operates it: looking at what waits, and trying, holding, releasing or ending it. */
import { Type, type Static } from 'typebox';

import { CommandRefused, controlCommand, type ControlContext } from '#src/control/control-command.ts';
import { cancelDelivery } from '#src/delivery/cancel-delivery.ts';
import { FailureReports } from '#src/delivery/failure-reports.ts';
import { OutgoingContent } from '#src/delivery/outgoing-content.ts';
import { endDeadLeases } from '#src/queue/crashed-leases.ts';
import { DeliveryQueue, type DeliveryRow } from '#src/queue/delivery-queue.ts';
import { findDeliveries, type DeliveryFilter } from '#src/queue/find-deliveries.ts';
import { operate, type OperatorAction, type OperatorResult } from '#src/queue/operate.ts';

import type { Core } from '../core.ts';
import { reportSettings } from '../part-settings.ts';
import { DELIVERY_STATES, deliveryView, DeliveryView, messageView, MessageView } from './queue-view.ts';

const Filter = Type.Object({
  states: Type.Optional(Type.Array(Type.Enum(DELIVERY_STATES))),
  domain: Type.Optional(Type.String()),
  recipient: Type.Optional(Type.String()),
  author: Type.Optional(Type.String()),
  id: Type.Optional(Type.String()),
});

export const queueListCommand = controlCommand({
  name: 'queue-list',
  request: Type.Object({
    filter: Filter,
    limit: Type.Integer({ minimum: 1, maximum: 1_000 }),
    after: Type.Optional(Type.String()),
  }),
  answer: Type.Object({
    deliveries: Type.Array(DeliveryView),
    /** Where the next page begins; null where this is the last one. */
    next: Type.Union([Type.String(), Type.Null()]),
  }),
  async run({ database }: Core, { filter, limit, after }, { signal, progress }) {
    const deliveries: DeliveryView[] = [];
    let next: string | null = null;
    const onLooked = (rows: number): void => progress(rows, null);
    for await (const { delivery, cursor } of findDeliveries(database.query, filter, {
      after,
      signal,
      onLooked,
    })) {
      // Its cursor is where the page that is full ended.
      if (deliveries.length === limit) return { deliveries, next };
      deliveries.push(deliveryView(delivery));
      next = cursor === '' ? null : cursor;
    }
    return { deliveries, next: null };
  },
});

export const queueShowCommand = controlCommand({
  name: 'queue-show',
  request: Type.Object({ id: Type.String() }),
  answer: Type.Object({ messages: Type.Array(MessageView) }),
  async run({ database: { query } }: Core, { id }) {
    const deliveries: DeliveryRow[] = [];
    for await (const { delivery } of findDeliveries(query, { id })) deliveries.push(delivery);
    const byMessage = Map.groupBy(deliveries, (row) => row.messageId);
    // A message may have no delivery of its own, or none at all while its author is asked.
    const ids = new Set([id, ...byMessage.keys()]);
    const views = await Promise.all([...ids].map((one) => messageView(query, one, byMessage.get(one) ?? [])));
    const messages = views.filter((view) => view !== null);
    if (messages.length === 0) throw nothingLike(id);
    return { messages };
  },
});

const Change = Type.Object({
  action: Type.Enum(['retry', 'hold', 'release', 'cancel'] as const),
  filter: Filter,
  /** For the audit log. */
  reason: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
});
const Changed = Type.Object({
  done: Type.Integer(),
  nothingToDo: Type.Integer(),
  sending: Type.Integer(),
  settled: Type.Integer(),
  /** Waits for the security officer. */
  officer: Type.Integer(),
  authorsTold: Type.Integer(),
});

export const queueChangeCommand = controlCommand({
  name: 'queue-change',
  request: Change,
  answer: Changed,
  async run(core: Core, request, context) {
    await freeDeadLeases(core);
    const found = await findToChange(core, request, context);
    if (found.length === 0 && request.filter.id !== undefined)
      throw await nothingToChange(core, request.filter.id);
    const counts = { done: 0, nothingToDo: 0, sending: 0, settled: 0, officer: 0, authorsTold: 0 };
    const change = changeOf(core, request, context);
    let ended = 0;
    for (let i = 0; i < found.length && !context.signal.aborted; i += AT_ONCE) {
      const results = await Promise.all(found.slice(i, i + AT_ONCE).map((id) => change(id)));
      for (const { result, authorTold } of results) {
        counts[COUNTED_AS[result]] += 1;
        if (authorTold) counts.authorsTold += 1;
      }
      ended += results.length;
      context.progress(ended, found.length);
    }
    // What its author was told has gone out; the message itself may wait for an answer.
    const { id } = request.filter;
    if (id !== undefined && counts.done + counts.officer + counts.sending === 0)
      await refuseWhereAsked(core, id);
    if (request.action === 'retry') core.destinations.tryAgain();
    if (counts.done > 0) core.onQueued();
    return counts;
  },
});

/** What a process that died had in hand is in nobody's hands: where no gateway runs, nobody else would say so. */
async function freeDeadLeases({ database, audit, clock, log, leaseOwner: owner }: Core): Promise<void> {
  await endDeadLeases({ database, audit, clock, log, owner });
}

/** Committed with one sync on SQLite. */
const AT_ONCE = 64;
const COUNTED_AS = {
  done: 'done',
  'nothing-to-do': 'nothingToDo',
  sending: 'sending',
  settled: 'settled',
  officer: 'officer',
} as const satisfies Record<OperatorResult, keyof Static<typeof Changed>>;

/** What each action is for, where nobody says which states. */
const STATES_OF = {
  retry: ['queued'],
  hold: ['queued'],
  release: ['held'],
  cancel: ['held', 'queued'],
} as const satisfies Record<Static<typeof Change>['action'], DeliveryFilter['states']>;

/** Ids first: what is changed moves in the queue, and would be found again. */
async function findToChange(
  { database }: Core,
  { action, filter }: Static<typeof Change>,
  { signal }: ControlContext,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const wanted = filter.id === undefined ? { ...filter, states: filter.states ?? STATES_OF[action] } : filter;
  for await (const { delivery } of findDeliveries(database.query, wanted, { signal }))
    if (isMeant(delivery, action, filter.id)) ids.push(delivery.id);
  return ids;
}

/** Whoever holds or ends a message means what goes to its recipients, not what its author is told. */
function isMeant(
  delivery: DeliveryRow,
  action: Static<typeof Change>['action'],
  id: string | undefined,
): boolean {
  if (id === undefined || id === delivery.id || action === 'retry' || action === 'release') return true;
  return delivery.kind === 'relay' || delivery.kind === 'notice' || delivery.kind === 'returned';
}

interface Outcome {
  readonly result: OperatorResult;
  readonly authorTold: boolean;
}

function changeOf(
  core: Core,
  { action, reason }: Static<typeof Change>,
  { actor }: ControlContext,
): (id: string) => Promise<Outcome> {
  const { database, audit, clock, objects, keys, sealer } = core;
  const operator = { actor, reason };
  const content = new OutgoingContent({ database, objects, keys });
  const tools = {
    database,
    audit,
    clock,
    queue: new DeliveryQueue({ database, clock, owner: core.leaseOwner }),
    reports: new FailureReports({
      database,
      sealer,
      content,
      clock,
      settings: () => reportSettings(core.settings),
    }),
  };
  return async (id) => {
    const delivery = await database.query
      .selectFrom('deliveries')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (delivery === undefined) return { result: 'settled', authorTold: false };
    if (action !== 'cancel')
      return {
        result: await operate(action satisfies OperatorAction, delivery, operator, tools),
        authorTold: false,
      };
    const cancelled = await cancelDelivery(delivery, operator, tools);
    if (cancelled.contentDone) core.forgetContent(delivery.messageId);
    return cancelled;
  };
}

/** Throws CommandRefused where the message waits for somebody's answer. */
async function refuseWhereAsked(core: Core, id: string): Promise<void> {
  const message = await findHold(core, id);
  if (message?.holdUntil != null) throw new CommandRefused('not-possible', whyNothing(id, message));
}

function findHold({ database }: Core, id: string) {
  return database.query
    .selectFrom('messages')
    .select(['holdUntil', 'holdFor'])
    .where('id', '=', id)
    .executeTakeFirst();
}

async function nothingToChange(core: Core, id: string): Promise<CommandRefused> {
  const message = await findHold(core, id);
  if (message === undefined) return nothingLike(id);
  return new CommandRefused('not-possible', whyNothing(id, message));
}

function whyNothing(
  id: string,
  { holdUntil, holdFor }: { readonly holdUntil: number | null; readonly holdFor: string | null },
): string {
  if (holdUntil === null) return `Nothing of message ${id} waits for its recipients.`;
  return holdFor === 'officer'
    ? `Message ${id} is over a limit of its author: only the security officer lets it out or stops it, by the link in the mail that asked.`
    : `Message ${id} waits for its author to say whether it goes secured; nothing is queued until then.`;
}

function nothingLike(id: string): CommandRefused {
  return new CommandRefused('not-found', `There is no message or delivery ${id}.`);
}
