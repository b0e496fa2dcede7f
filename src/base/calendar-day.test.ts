import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayAt, endOfDay } from './calendar-day.ts';

const at = (text: string): number => Date.parse(text);

test('the day is that of the zone', () => {
  assert.equal(dayAt(at('2026-11-22T03:30:00Z'), 'America/New_York'), '2026-11-21');
  assert.equal(dayAt(at('2026-11-22T03:30:00Z'), 'UTC'), '2026-11-22');
  assert.equal(dayAt(at('2026-11-22T12:30:00Z'), 'Pacific/Auckland'), '2026-11-23');
});

test('a day ends where the next one begins, also when clocks are set', () => {
  assert.equal(endOfDay('2026-11-22', 'America/New_York'), at('2026-11-23T05:00:00Z'));
  // Clocks go forward on 8 March 2026 and back on 1 November, at two in the morning.
  assert.equal(endOfDay('2026-03-07', 'America/New_York'), at('2026-03-08T05:00:00Z'));
  assert.equal(endOfDay('2026-03-08', 'America/New_York'), at('2026-03-09T04:00:00Z'));
  assert.equal(endOfDay('2026-11-01', 'America/New_York'), at('2026-11-02T05:00:00Z'));
  assert.equal(endOfDay('2026-12-31', 'Asia/Kathmandu'), at('2026-12-31T18:15:00Z'));
});

test('what is no day has no end', () => {
  for (const day of ['2026-02-30', '2026-13-01', '26-01-01', '2026-01-01T00:00', '', 'today'])
    assert.ok(Number.isNaN(endOfDay(day, 'UTC')), day);
});
