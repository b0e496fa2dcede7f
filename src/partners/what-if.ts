/**
 * What would happen to a message: the policy's own decision for a sender, a recipient and a subject, with the route and
 * what is known of it. Nothing is sent or looked up outside; it says nothing about accounts of recipients, because it
 * never asks for them.
 */
import { DAY_MS } from '#src/base/clock.ts';
import { parseMailAddress, type MailAddress } from '#src/base/mail-address.ts';
import { replyPrefix } from '#src/mime/message-facts.ts';
import { decide } from '#src/policy/decide.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { Decision, MessageFacts, PolicySettings } from '#src/policy/facts.ts';
import { isObserved, observe, type ObserveSettings } from '#src/policy/observe.ts';

import type { DirectoryEntry } from './directory.ts';
import type { ChannelState } from './overview.ts';

export interface MessageQuestion {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
}

export interface WhatIfSettings {
  readonly policy: PolicySettings;
  readonly observe: ObserveSettings;
  /** Where mail goes: `host:port`, or a word for what is no server. */
  readonly internalRoute: string;
  readonly outsideRoute: RouteName;
  readonly fallbackMinutes: number;
  readonly holdMinutes: number;
}

/** `mx`: the domain's own servers. `capture`: kept in a trial. */
export type RouteName =
  | { readonly kind: 'mx' | 'capture' }
  | { readonly kind: 'server'; readonly server: string };

export type WhatIf =
  /** An address that can't be one. */
  | { readonly kind: 'invalid'; readonly field: 'from' | 'to' }
  /** Neither sender nor From is at a domain of ours: refused when it is submitted. */
  | { readonly kind: 'refused-author' }
  | {
      readonly kind: 'decided';
      readonly domain: string;
      readonly decision: Decision;
      /** What would have been decided, where mail of this author is only observed. */
      readonly instead: Decision | null;
      readonly route: WhatIfRoute;
      readonly channel: ChannelState;
      readonly entry: DirectoryEntry | null;
    };

export type WhatIfRoute =
  | { readonly kind: 'inside'; readonly server: string }
  | { readonly kind: 'outside'; readonly to: RouteName }
  /** The partner's own servers, or the one named for it. */
  | { readonly kind: 'verified'; readonly server: string | null; readonly fallbackMinutes: number }
  /** A notice goes out; the message stays on our site. */
  | { readonly kind: 'site'; readonly notice: RouteName }
  | { readonly kind: 'waits'; readonly minutes: number; readonly unanswered: 'secure' | 'return' }
  | { readonly kind: 'nowhere' };

/** A probe that is older tells nothing of now. */
const PROBE_COUNTS_MS = 7 * DAY_MS;
const MAX_SUBJECT_CHARACTERS = 1_000;

export function explainMessage(
  question: MessageQuestion,
  settings: WhatIfSettings,
  known: { readonly entry: DirectoryEntry | null; readonly channel: ChannelState; readonly now: number },
): WhatIf {
  const from = parseMailAddress(question.from.trim());
  const to = parseMailAddress(question.to.trim());
  if (from === null) return { kind: 'invalid', field: 'from' };
  if (to === null) return { kind: 'invalid', field: 'to' };
  const { policy } = settings;
  if (!isInternalDomain(from.domain, policy.internalDomains)) return { kind: 'refused-author' };
  const facts = factsOf(question.subject.slice(0, MAX_SUBJECT_CHARACTERS));
  const { channel, entry, now } = known;
  const isFresh = channel.probedAt !== null && now - channel.probedAt < PROBE_COUNTS_MS;
  const recipient = {
    address: to.canonical,
    domain: to.domain,
    authenticatesNow: entry === null && isFresh && channel.outcome === 'verified',
  };
  const decided = decide(facts, recipient, policy);
  const decision = isObserved([from], settings.observe) ? observe(decided, facts) : decided;
  return {
    kind: 'decided',
    domain: to.domain,
    decision,
    instead: decision === decided ? null : decided,
    route: routeOf(decision, entry, settings),
    channel,
    entry,
  };
}

/** The domain that `known` is to be about; null where the address can't be one. */
export function domainOf(to: string): MailAddress['domain'] | null {
  return parseMailAddress(to.trim())?.domain ?? null;
}

/** A small text mail that a person writes, answers nothing and carries no label. */
function factsOf(subject: string): MessageFacts {
  return {
    subjects: [subject],
    subjectUncertain: false,
    firstBodyLine: '',
    lastBodyLine: '',
    automatic: null,
    encryptedByAuthor: null,
    carriesOurMark: false,
    answersSecuredThread: false,
    isAnswerOrForward: replyPrefix(subject) !== null,
    threadFromOutside: false,
    settledNearMisses: [],
    authorOutside: false,
    submitterIsMachine: false,
    decodedBytes: 0,
    largestAttachmentBytes: 0,
    headerSwitch: false,
    ruleFields: new Map(),
  };
}

function routeOf(
  decision: Decision,
  entry: DirectoryEntry | null,
  { internalRoute, outsideRoute, fallbackMinutes, holdMinutes, policy }: WhatIfSettings,
): WhatIfRoute {
  switch (decision.action) {
    case 'relay':
      if (decision.protection === 'internal') return { kind: 'inside', server: internalRoute };
      if (decision.protection !== 'verified-tls') return { kind: 'outside', to: outsideRoute };
      return {
        kind: 'verified',
        server: entry?.nextHop == null ? null : `${entry.nextHop.host}:${entry.nextHop.port}`,
        fallbackMinutes,
      };
    case 'protect':
      return { kind: 'site', notice: outsideRoute };
    case 'hold':
      return { kind: 'waits', minutes: holdMinutes, unanswered: policy.unansweredNearMiss };
    case 'return':
    case 'refuse':
      return { kind: 'nowhere' };
  }
}
