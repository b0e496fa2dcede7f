/** Tracking of messages. What is looked for travels in a form, so that addresses stand in no log of a proxy. */
import { Type } from 'typebox';

import type { AdministrationContext } from '#src/administration/administration-context.ts';
import { TRACKED_STATES, trackMessage, trackMessages } from '#src/administration/track-messages.ts';
import { DAY_MS } from '#src/base/clock.ts';
import { endOfDay } from '#src/base/calendar-day.ts';
import type { HttpApp } from '#src/http/http-server.ts';

import type { ConsoleContext } from '../console-context.ts';
import { notFound } from '../own-messages.ts';

import { officerOf } from './partner-routes.ts';
import { trackedPage, trackingPage, type TrackingForm } from './tracking-pages.ts';

const config = { policy: 'officer' } as const;
const Text = Type.String({ maxLength: 320 });
const EMPTY: TrackingForm = {
  author: '',
  recipient: '',
  code: '',
  messageId: '',
  state: '',
  from: '',
  until: '',
};

export function addTrackingRoutes(
  app: HttpApp,
  { show, formatMoment, formatDay }: ConsoleContext,
  administration: AdministrationContext,
): void {
  const nothing = { problem: null, found: null, isLater: false, formatMoment };
  app.get('/administration/tracking', { config }, (request, reply) =>
    show(request, reply, trackingPage({ ...nothing, form: EMPTY })),
  );
  const body = Type.Object({
    author: Text,
    recipient: Text,
    code: Text,
    messageId: Text,
    from: Text,
    until: Text,
    state: Type.Union([Type.Literal(''), ...TRACKED_STATES.map((state) => Type.Literal(state))]),
    before: Type.Optional(Type.String({ pattern: '^[0-9A-Z]{26}$' })),
  });
  app.post('/administration/tracking', { config, schema: { body } }, async (request, reply) => {
    const { before = null, ...typed } = request.body;
    const form: TrackingForm = typed;
    const zone = administration.timeZone();
    const from = form.from === '' ? null : endOfDay(form.from, zone) - DAY_MS;
    const until = form.until === '' ? null : endOfDay(form.until, zone);
    if (Number.isNaN(from) || Number.isNaN(until)) {
      const problem = 'Write days like 2026-12-31.';
      return show(request, reply, trackingPage({ ...nothing, form, problem }));
    }
    const question = {
      author: form.author.trim(),
      recipient: form.recipient.trim(),
      code: form.code.trim(),
      messageId: form.messageId.trim(),
      state: TRACKED_STATES.find((state) => state === form.state) ?? ('' as const),
    };
    const wanted = { ...question, from, until, before };
    const found = await trackMessages(administration, officerOf(request), wanted);
    return show(request, reply, trackingPage({ ...nothing, form, found, isLater: before !== null }));
  });
  const params = Type.Object({ id: Type.String({ maxLength: 40 }) });
  app.get('/administration/tracking/:id', { config, schema: { params } }, async (request, reply) => {
    const message = await trackMessage(administration, officerOf(request), request.params.id);
    if (message === null) throw notFound();
    return show(request, reply, trackedPage({ message, formatMoment, formatDay }));
  });
}
