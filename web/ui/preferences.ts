/**
 * How the person who is signed in wants pages shown. Kept in their account; the size of letters also in this browser,
 * so that it holds from the first paint on and nothing jumps.
 */
import { call } from './api.ts';
import type { Preferences } from './api-types.ts';
import { adoptAccountLanguage, timeZone } from './locale/locale.ts';

const STORED_AS = 'larger-text';

/** Before anything is shown. */
export function startPreferences(): void {
  try {
    showLetters(localStorage.getItem(STORED_AS) === '1');
  } catch {
    // Storage is off: the account says it after signing in.
  }
}

function showLetters(larger: boolean): void {
  document.documentElement.classList.toggle('larger', larger);
}

export function showPreferences(preferences: Preferences): void {
  showLetters(preferences.largerText);
  timeZone.value = preferences.timeZone;
  adoptAccountLanguage(preferences.language);
  try {
    localStorage.setItem(STORED_AS, preferences.largerText ? '1' : '0');
  } catch {
    // As above.
  }
}

/** Keeps some of them in the account, and shows them. Throws ApiFailure. */
export async function keepPreferences(changed: Partial<Preferences>): Promise<void> {
  showPreferences(await call<Preferences>('POST', '/api/account/preferences', changed));
}
