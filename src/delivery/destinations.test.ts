import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeClock, MINUTE_MS, SECOND_MS } from '#src/base/clock.ts';

import type { AttemptOutcome } from './attempt.ts';
import { ALL_PLACES, Destinations } from './destinations.ts';

const ACCEPTED: AttemptOutcome = {
  kind: 'accepted',
  reply: '250 ok',
  tls: null,
  dsnPassedOn: true,
  nextHop: 'mx.any.test:25',
};
const NOBODY: AttemptOutcome = {
  kind: 'deferred',
  reply: "can't connect: ECONNREFUSED",
  enhanced: null,
  stage: 'connect',
  uncertain: false,
  tls: null,
  nextHop: 'mx.dead.test:25',
};
const GREYLISTED: AttemptOutcome = { ...NOBODY, stage: 'rcpt', reply: '451 later' };

function attempt(destinations: Destinations, domain: string, outcome: AttemptOutcome): void {
  destinations.enter(domain);
  destinations.leave(domain, outcome);
}

function dead(destinations: Destinations, tries = 5): void {
  for (let i = 0; i < tries; i++) attempt(destinations, 'dead.test', NOBODY);
}

test('a domain has few places; the others keep theirs', () => {
  const destinations = new Destinations({ clock: new FakeClock() });
  for (let i = 0; i < 10; i++) destinations.enter('slow.test');
  assert.equal(destinations.placesAt('slow.test'), 0);
  assert.deepEqual([...destinations.crowded()], ['slow.test']);
  assert.equal(destinations.placesAt('other.test'), 10);
  assert.equal(destinations.failureOf('slow.test'), null, 'slow is not dead');
  destinations.leave('slow.test', ACCEPTED);
  assert.equal(destinations.placesAt('slow.test'), 1);
});

test('many slow domains do not take all places', () => {
  const destinations = new Destinations({ clock: new FakeClock() });
  let slow = 0;
  while (slow < 30 && destinations.hasPlaces) {
    const domain = `slow${slow++}.test`;
    for (let places = destinations.placesAt(domain); places > 0; places--) destinations.enter(domain);
  }
  assert.equal(slow, 30);
  assert.ok(destinations.hasPlaces);
  assert.ok(destinations.placesAt('other.test') > 0);
});

test('all places are bounded', () => {
  const destinations = new Destinations({ clock: new FakeClock() });
  for (let i = 0; i < ALL_PLACES; i++) destinations.enter(`d${i}.test`);
  assert.equal(destinations.hasPlaces, false);
});

test('one that can not be reached is left alone for a while, with the words of the last try', () => {
  const clock = new FakeClock();
  const destinations = new Destinations({ clock });
  dead(destinations, 4);
  assert.equal(destinations.failureOf('dead.test'), null, 'a few failures may be chance');
  dead(destinations, 1);
  assert.deepEqual(destinations.failureOf('dead.test'), {
    reply: NOBODY.reply,
    enhanced: null,
    nextHop: NOBODY.nextHop,
  });
  assert.deepEqual(destinations.unreachable(), ['dead.test']);
  clock.advance(20 * SECOND_MS);
  assert.equal(destinations.failureOf('dead.test'), null);
  assert.equal(destinations.placesAt('dead.test'), 1, 'one mail finds out');
});

test('what repeats the failure is no try; the pause grows to five minutes and ends with a success', () => {
  const clock = new FakeClock();
  const destinations = new Destinations({ clock });
  dead(destinations);
  dead(destinations, 100);
  clock.advance(20 * SECOND_MS);
  assert.equal(destinations.failureOf('dead.test'), null);
  for (let i = 0; i < 10; i++) {
    dead(destinations, 1);
    clock.advance(5 * MINUTE_MS);
    assert.equal(destinations.failureOf('dead.test'), null);
  }
  dead(destinations, 1);
  clock.advance(5 * MINUTE_MS - 1);
  assert.notEqual(destinations.failureOf('dead.test'), null);
  clock.advance(1);
  attempt(destinations, 'dead.test', ACCEPTED);
  assert.equal(destinations.placesAt('dead.test'), 10);
});

test('a server that speaks is reached, whatever it says; our own faults say nothing', () => {
  const destinations = new Destinations({ clock: new FakeClock() });
  dead(destinations, 4);
  attempt(destinations, 'dead.test', GREYLISTED);
  dead(destinations, 4);
  attempt(destinations, 'dead.test', { kind: 'hindered', code: 'content-destroyed' });
  assert.equal(destinations.failureOf('dead.test'), null);
  dead(destinations, 1);
  assert.notEqual(destinations.failureOf('dead.test'), null);
});

test('an operator who asks to try again is heard at once', () => {
  const destinations = new Destinations({ clock: new FakeClock() });
  dead(destinations);
  destinations.tryAgain();
  assert.deepEqual([destinations.failureOf('dead.test'), destinations.placesAt('dead.test')], [null, 10]);
});
