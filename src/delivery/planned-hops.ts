/** A planned server as next hops of the SMTP client, one for each of its addresses, with what it must prove. */
import { verifyDane } from '#src/routing/dane.ts';
import type { PlannedHost } from '#src/routing/route-plan.ts';
import type { CertificateCheck, NextHop } from '#src/smtp/client/transmit.ts';
import type { Clock } from '#src/base/clock.ts';

export function plannedHops(planned: PlannedHost, ca: readonly string[], clock: Clock): NextHop[] {
  const { port, servername, verify } = planned;
  return planned.addresses.map((host): NextHop => {
    const hop = { host, port, servername, implicitTls: false } as const;
    switch (verify.kind) {
      case 'none':
        return { ...hop, tls: 'opportunistic' };
      case 'encrypted':
        return { ...hop, tls: 'encrypted' };
      case 'pkix':
        return {
          ...hop,
          tls: 'verified',
          certificateNames: verify.names,
          verifiedBy: VERIFIED_BY[verify.by],
          ca,
        };
      case 'dane':
        return { ...hop, tls: 'verified', certificateCheck: daneCheck(verify, clock), verifiedBy: 'dane' };
    }
  });
}

const VERIFIED_BY = {
  pinned: 'pkix-pinned',
  dnssec: 'pkix-dnssec',
  domain: 'pkix-domain',
  'mta-sts': 'mta-sts',
} as const;

function daneCheck(
  { records, names }: PlannedHost['verify'] & { kind: 'dane' },
  clock: Clock,
): CertificateCheck {
  const fields = records.map(({ usage, selector, matchingType, data }) =>
    [usage, selector, matchingType, data.toString('hex')].join(' '),
  );
  return {
    id: JSON.stringify(['dane', fields.toSorted(), names]),
    verify(chain) {
      const result = verifyDane(records, chain, names, clock.now());
      if (result.kind === 'verified') return null;
      return result.kind === 'mismatch' ? result.why : 'no TLSA record can be used';
    },
  };
}
