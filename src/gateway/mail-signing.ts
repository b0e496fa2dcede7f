/**
 * The DKIM keys of a configuration: read at the start and at each reload, so that one which is missing is known
 * before any mail would go unsigned.
 */
import { signingDomainOf } from '#src/config/dkim-domains.ts';
import type { Settings } from '#src/config/settings.ts';
import type { MailSigning } from '#src/delivery/mail-signature.ts';
import { readDkimKey } from '#src/mail-auth/dkim-keys.ts';

import { oncePerSettings } from './once-per-settings.ts';

/** Throws what `readDkimKey` throws; then the settings can't be used. */
export const mailSigning = oncePerSettings(readKeys);

function readKeys({ dkim, keysDir, delivery }: Settings): MailSigning {
  const keys = dkim.map((name) => readDkimKey(keysDir, name));
  return {
    signRelayed: delivery.signRelayed,
    keysFor(domain) {
      const signingDomain = signingDomainOf(dkim, domain);
      return keys.filter((key) => key.domain === signingDomain);
    },
  };
}
