import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatClock, formatDay, formatMoment } from './local-date.ts';

const moment = Date.UTC(2026, 10, 21, 13, 5);

test('dates are written as people of the place write them', () => {
  assert.equal(formatMoment(moment, 'en', 'Europe/Berlin'), '21 November 2026, 14:05 (CET)');
  assert.equal(formatMoment(moment, 'es', 'America/New_York'), '21 de noviembre de 2026, 08:05 (EST)');
  assert.equal(formatDay(moment, 'en', 'UTC'), '21 November 2026');
});

test('the zone follows the season, and midnight is 00', () => {
  assert.equal(formatClock(Date.UTC(2026, 6, 1, 22, 0), 'en', 'Europe/Berlin'), '00:00 (CEST)');
  assert.equal(formatClock(Date.UTC(2026, 6, 1, 4, 0), 'en', 'America/New_York'), '00:00 (EDT)');
  assert.equal(formatClock(moment, 'en', 'Australia/Sydney'), '00:05 (AEDT)');
  assert.equal(formatClock(moment, 'en', 'UTC'), '13:05 (UTC)');
});
