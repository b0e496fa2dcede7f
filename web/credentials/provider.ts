/** To Google or Microsoft and back. What the page must know on its return is kept for this tab until then. */
import { call } from '../ui/api.ts';

export const PROVIDER_NAMES = { google: 'Google', microsoft: 'Microsoft' } as const;
export type ProviderKind = keyof typeof PROVIDER_NAMES;

export function isProvider(kind: string): kind is ProviderKind {
  return kind in PROVIDER_NAMES;
}

/** `sign-in`: `to` is where the person wanted to go; null: nowhere in particular. */
export interface Errand {
  readonly for: 'sign-in' | 'account';
  readonly to: string | null;
}

const STORED_AS = 'provider-errand';

/** Leaves the page. Throws ApiFailure. */
export async function goToProvider(kind: ProviderKind, errand: Errand): Promise<void> {
  const base = errand.for === 'account' ? '/api/account/providers' : '/api/session/providers';
  const { url } = await call<{ url: string }>('POST', `${base}/${kind}`);
  try {
    sessionStorage.setItem(STORED_AS, JSON.stringify(errand));
  } catch {
    // Storage is off: then it is a sign-in that ends at the list of messages.
  }
  location.assign(url);
  // The page stays as it is, busy, until the other one comes.
  await new Promise(() => {});
}

/** Why the person went; forgotten with this. */
export function takeErrand(): Errand {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(STORED_AS) ?? 'null');
    sessionStorage.removeItem(STORED_AS);
    if (typeof kept === 'object' && kept !== null && 'for' in kept && 'to' in kept) {
      const to = typeof kept.to === 'string' && /^\/[\w-][\w/-]*$/.test(kept.to) ? kept.to : null;
      return { for: kept.for === 'account' ? 'account' : 'sign-in', to };
    }
  } catch {
    // As above.
  }
  return { for: 'sign-in', to: null };
}
