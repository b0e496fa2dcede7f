/**
 * Whether receivers refuse mail that others send in our name: the DMARC policy of the domains that our notices come
 * from. Asked again when somebody wants to know and an hour is over; an answer that does not come leaves what was known.
 */
import { HOUR_MS, SECOND_MS, type Clock } from '#src/base/clock.ts';
import { dmarcDomains, oneDmarcRecord, type DmarcRecord } from '#src/mail-auth/dmarc-record.ts';
import type { DnsClient } from '#src/routing/dns-answer.ts';

import type { Finding } from './readiness.ts';

const ASKED_AGAIN_MS = HOUR_MS;
/** Readiness is asked by people who wait, and what is not known yet is no fault. */
const PATIENCE_MS = 3 * SECOND_MS;

interface FoundRecord {
  /** Where it stands. */
  readonly at: string;
  readonly record: DmarcRecord;
}

export class DmarcWatch {
  readonly #dns: () => Pick<DnsClient, 'query'>;
  readonly #domains: () => readonly string[];
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly askedAt: number; readonly finding: Finding | null }>();
  #underWay: Promise<void> | null = null;
  #isSilent = false;

  constructor(options: {
    dns: () => Pick<DnsClient, 'query'>;
    /** Lower-case A-labels. */
    domains: () => readonly string[];
    clock: Clock;
  }) {
    this.#dns = options.dns;
    this.#domains = options.domains;
    this.#clock = options.clock;
  }

  /** Never rejects; waits a few seconds at most, and only where nothing was ever asked. */
  async look(): Promise<readonly Finding[]> {
    const domains = this.#domains();
    const isNew = domains.some((domain) => !this.#known.has(domain));
    const old = domains.filter((domain) => this.#isOld(domain));
    if (old.length > 0) {
      this.#underWay ??= this.#ask(old).finally(() => {
        this.#underWay = null;
      });
      if (isNew && !this.#isSilent) await this.#waitFor(this.#underWay);
    }
    return domains.flatMap((domain) => this.#known.get(domain)?.finding ?? []);
  }

  #isOld(domain: string): boolean {
    const askedAt = this.#known.get(domain)?.askedAt;
    return askedAt === undefined || askedAt + ASKED_AGAIN_MS <= this.#clock.now();
  }

  async #waitFor(asking: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([asking.then(() => clearTimeout(timer)), patience]);
    // Name servers that kept somebody waiting once are not waited for again.
    this.#isSilent = this.#domains().some((domain) => !this.#known.has(domain));
  }

  async #ask(domains: readonly string[]): Promise<void> {
    const now = this.#clock.now();
    await Promise.all(
      domains.map(async (domain) => {
        const found = await findRecord(this.#dns(), domain);
        const before = this.#known.get(domain)?.finding ?? null;
        const finding = found === 'unknown' ? before : judge(domain, found);
        this.#known.set(domain, { askedAt: now, finding });
      }),
    );
  }
}

/** Null: there is none; `unknown`: a name server did not answer. */
async function findRecord(
  dns: Pick<DnsClient, 'query'>,
  domain: string,
): Promise<FoundRecord | null | 'unknown'> {
  for (const at of dmarcDomains(domain)) {
    const answer = await dns.query(`_dmarc.${at}`, 'TXT');
    if (answer.kind === 'failed') return 'unknown';
    const record = answer.kind === 'answer' ? oneDmarcRecord(answer.records) : null;
    if (record !== null) return { at, record };
  }
  return null;
}

function judge(domain: string, found: FoundRecord | null): Finding | null {
  if (found === null) {
    return {
      name: 'dmarc-missing',
      text:
        `${domain} has no DMARC record, so anybody can send mail in its name and receivers can't tell: publish ` +
        `"_dmarc.${domain}. TXT v=DMARC1; p=none; rua=mailto:ADDRESS", and p=quarantine or p=reject when the reports show ` +
        'no mail of your own that fails.',
    };
  }
  const { at, record } = found;
  const isOwn = at === domain;
  const policy = isOwn ? record.policy : record.belowPolicy;
  if (policy !== 'none' && record.percent === 100) return null;
  const tag = isOwn ? 'p' : 'sp';
  const what = policy === 'none' ? `${tag}=none` : `${tag}=${policy} for ${record.percent} % of mails`;
  return {
    name: 'dmarc-not-enforced',
    text:
      `DMARC is not enforced for ${domain}: the record at _dmarc.${at} says ${what}, so mail that others send in its name is ` +
      `delivered. When its reports show no mail of your own that fails, set ${tag}=quarantine or ${tag}=reject, without pct and t=y.`,
  };
}
