/** What was typed about a partner, read as the configuration and the command line read it; pure. */
import { readDomain, readPinnedHop } from '#src/config/readers.ts';
import { parseDay, type AgreementNote } from '#src/partners/agreements.ts';
import type { Partner } from '#src/partners/managed-partner.ts';

export interface PartnerForm {
  readonly domain: string;
  readonly tls: 'pkix' | 'dane' | 'mta-sts';
  readonly nextHop: string;
  readonly signedOn: string;
  readonly expiresOn: string;
  readonly keptAt: string;
  readonly contact: string;
}

export type PartnerFormProblem = 'domain' | 'nextHop' | 'signedOn' | 'expiresOn' | 'order';

export type ReadPartnerForm =
  | { readonly ok: true; readonly partner: Partner; readonly agreement: AgreementNote }
  | { readonly ok: false; readonly problem: PartnerFormProblem };

/** A server may be typed as `mx.partner.example:25` or as a URL. */
export function readPartnerForm(form: PartnerForm): ReadPartnerForm {
  const domain = readDomain(form.domain.trim());
  if (!domain.ok) return { ok: false, problem: 'domain' };
  const typedHop = form.nextHop.trim();
  const hop =
    typedHop === '' ? null : readPinnedHop(typedHop.includes('://') ? typedHop : `smtp://${typedHop}`);
  if (hop !== null && !hop.ok) return { ok: false, problem: 'nextHop' };
  const days = { signedOn: dayOf(form.signedOn), expiresOn: dayOf(form.expiresOn) };
  for (const name of ['signedOn', 'expiresOn'] as const)
    if (days[name] === undefined) return { ok: false, problem: name };
  const { signedOn = null, expiresOn = null } = days;
  if (signedOn !== null && expiresOn !== null && expiresOn < signedOn) return { ok: false, problem: 'order' };
  const agreement: AgreementNote = {
    domain: domain.value,
    status: signedOn === null && expiresOn === null ? 'none' : 'signed',
    signedOn,
    expiresOn,
    keptAt: wordsOf(form.keptAt),
    contact: wordsOf(form.contact),
  };
  return {
    ok: true,
    partner: { domain: domain.value, tls: form.tls, nextHop: hop?.value ?? null },
    agreement,
  };
}

/** Undefined: no day of the calendar. */
function dayOf(typed: string): string | null | undefined {
  const text = typed.trim();
  return text === '' ? null : (parseDay(text) ?? undefined);
}

function wordsOf(typed: string): string | null {
  const text = typed.replaceAll(/\s+/gu, ' ').trim();
  return text === '' ? null : text;
}
