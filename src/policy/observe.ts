/**
 * Trying the gateway out on real mail: it decides as always, and the mail goes on as if nothing had been decided.
 * Whoever is not observed is protected as always: observing is only ever narrowed here, never widened. Pure.
 */
import { matchesDomain } from './domains.ts';
import type { Decision, MessageFacts } from './facts.ts';

export interface ObserveSettings {
  readonly everybody: boolean;
  /** Canonical addresses, or `@` and a domain (`@*.hospital.example`: what is below it). */
  readonly authors: readonly string[];
}

export interface ObservedAddress {
  readonly canonical: string;
  readonly domain: string;
}

/**
 * `ours`: every address at our domains that the mail names as its author (From, Sender, reverse-path). All of them
 * must be observed: a mail that somebody sends for somebody else is protected unless both are trying it out.
 */
export function isObserved(ours: readonly ObservedAddress[], settings: ObserveSettings): boolean {
  if (settings.everybody) return true;
  return ours.length > 0 && ours.every((address) => settings.authors.some((entry) => covers(entry, address)));
}

function covers(entry: string, { canonical, domain }: ObservedAddress): boolean {
  return entry.startsWith('@') ? matchesDomain(domain, entry.slice(1)) : entry === canonical;
}

/**
 * What happens to a recipient of an observed mail. Relayed stays relayed, over its verified channel where a rule names
 * one. A loop is still refused: passing it on would make it endless. An answer in a thread that was really secured
 * stays protected: there is a recipient who was told so, and other people's words are quoted in it.
 */
export function observe(decided: Decision, message: Pick<MessageFacts, 'answersSecuredThread'>): Decision {
  if (decided.action === 'relay' || message.answersSecuredThread) return decided;
  if (decided.action === 'refuse' && decided.why === 'loop') return decided;
  return { action: 'relay', protection: 'opportunistic-tls', rule: `observed:${decided.rule}` };
}
