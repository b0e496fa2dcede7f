/** What `sendsecure partners` prints for people. */
import type { Static } from 'typebox';

import type { ImportedRow, partnersList, ProbedDomain } from '#src/gateway/commands/partners.ts';
import type { DomainStatus } from '#src/partners/overview.ts';

type Listed = Static<(typeof partnersList)['answer']>;

const OUTCOMES = {
  verified: 'verifies',
  'not-verified': 'does not verify',
  unreachable: 'not reached',
  'in-file': 'in the configuration file, which wins',
} as const;

export function listText({ partners, suggestions }: Listed): string {
  const lines = partners.map((status) => statusLine(status));
  if (lines.length === 0) lines.push('There are no partners yet. "sendsecure partners add DOMAIN" adds one.');
  if (suggestions.length > 0) {
    lines.push('', 'Domains with the most mail of the last 30 days, that are no partners:');
    for (const { domain, mails, outcome, how } of suggestions)
      lines.push(`  ${domain}  ${mails} mails  ${outcomeText(outcome, how)}`);
  }
  return `${lines.join('\n')}\n`;
}

function statusLine({ domain, source, tls, nextHop, channel, agreement, warnings }: DomainStatus): string {
  const lines = [
    `${domain}  ${tls}${nextHop === null ? '' : ` at ${nextHop}`}  (${source === 'refused' ? 'REFUSED: its row was changed in the database' : source})`,
    `  channel: ${outcomeText(channel.outcome, channel.how ?? channel.why)}${at(channel.probedAt)}`,
  ];
  if (channel.verifiedAt !== null)
    lines.push(`  last verified delivery:${at(channel.verifiedAt)} ${channel.verifiedTls ?? ''}`);
  if (channel.certificateExpiresAt !== null)
    lines.push(`  certificate ends: ${day(channel.certificateExpiresAt)}`);
  const until = agreement.expiresOn === null ? '' : ` until ${agreement.expiresOn}`;
  lines.push(`  agreement: ${agreement.status}${until}`);
  for (const { kind, since } of warnings) lines.push(`  WARNING: ${kind}, since ${day(since)}`);
  return lines.join('\n');
}

function outcomeText(
  outcome: 'verified' | 'not-verified' | 'unreachable' | null,
  more: string | null,
): string {
  if (outcome === null) return 'not looked at yet';
  return more === null ? OUTCOMES[outcome] : `${OUTCOMES[outcome]} (${more})`;
}

export function probeText(probed: readonly ProbedDomain[]): string {
  if (probed.length === 0) return 'There are no partners to look at.\n';
  const blocks = probed.map(({ domain, outcome, how, why, servers, certificateExpiresAt, letter }) => {
    const lines = [`${domain}: ${outcomeText(outcome, how)}`];
    for (const { server, verified, tls, why: problem } of servers)
      lines.push(`  ${server}: ${verified ? `verified, ${tls ?? ''}` : (problem ?? '')}`);
    if (servers.length === 0 && why !== null) lines.push(`  ${why}`);
    if (certificateExpiresAt !== null) lines.push(`  certificate ends: ${day(certificateExpiresAt)}`);
    if (letter !== null) lines.push('', letterText(letter));
    return lines.join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

export function importText(
  rows: readonly ImportedRow[],
  leftOut: readonly { readonly domain: string; readonly why: string }[],
  options: { readonly dryRun: boolean; readonly all: boolean },
): string {
  const lines = rows.map(({ domain, outcome, tls, how, why, saved }) => {
    const reason = outcome === 'verified' ? (how ?? tls) : (why ?? '');
    return `${saved ? 'added    ' : 'not added'} ${domain}  ${OUTCOMES[outcome]}${reason === '' ? '' : `: ${reason}`}`;
  });
  for (const { domain, why } of leftOut) lines.push(`left out  ${domain}  ${why}`);
  const letters = rows.flatMap(({ letter }) => (letter === null ? [] : [letterText(letter)]));
  if (letters.length > 0) lines.push('', 'Whom to write to:', '', ...letters);
  const added = rows.filter(({ saved }) => saved).length;
  lines.push('', options.dryRun ? 'Nothing was saved (--dry-run).' : `${added} of ${rows.length} added.`);
  if (!options.dryRun && !options.all && added < rows.length)
    lines.push(
      'Those that do not verify are left out; --all adds them, and their mail goes as secure messages.',
    );
  return `${lines.join('\n')}\n`;
}

function letterText({ to, subject, text }: { to: string; subject: string; text: string }): string {
  return [`To: ${to}`, `Subject: ${subject}`, '', ...text.split('\n')]
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function at(ms: number | null): string {
  return ms === null ? '' : ` ${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
