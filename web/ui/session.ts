/**
 * Who is signed in and for how long. Two minutes before the idle time runs out a dialog asks; when it has run out
 * the page drops what it shows. Times are the server's, corrected for a wrong clock on this device.
 */
import { signal } from '@preact/signals';
import { call, onSignedOut, serverNow } from './api.ts';
import type { Session } from './api-types.ts';
import { showPreferences } from './preferences.ts';
import { navigate, path } from './router.ts';

export const session = signal<Session | null>(null);
/** Seconds until sign-out while the warning shows; null: no warning. */
export const idleWarning = signal<number | null>(null);
/** Why the sign-in page is shown again. */
export const signedOutBecause = signal<'idle' | 'asked' | null>(null);
/** Where the reader was when the session ended. */
export const returnTo = signal<string | null>(null);

const WARN_BEFORE_MS = 120_000;
const TICK_MS = 1_000;

let deadline = Number.POSITIVE_INFINITY;
let absoluteDeadline = Number.POSITIVE_INFINITY;
let lastActivity = 0;
let lastAsked = 0;
let ticking = 0;

function take(fresh: Session): void {
  session.value = fresh;
  if (!fresh.signedIn) return;
  if (fresh.preferences !== undefined) showPreferences(fresh.preferences);
  const idle = Date.parse(fresh.idleExpiresAt ?? '');
  const absolute = Date.parse(fresh.absoluteExpiresAt ?? '');
  deadline = Number.isNaN(idle) ? Number.POSITIVE_INFINITY : idle;
  absoluteDeadline = Number.isNaN(absolute) ? Number.POSITIVE_INFINITY : absolute;
  if (ticking === 0) ticking = window.setInterval(tick, TICK_MS);
}

/** Counts sign-ins and sign-outs: an answer from before the last one is old news. */
let turns = 0;

export async function refreshSession(): Promise<void> {
  const asked = turns;
  const fresh = await call<Session>('GET', '/api/session');
  if (asked === turns) take(fresh);
}

/** The portal has signed the person in; when the session ends is asked beside whatever is shown next. */
export function noteSignedIn(): void {
  turns += 1;
  session.value = { ...session.peek(), signedIn: true };
  signedOutBecause.value = null;
  refreshSession().catch(() => {});
}

export async function staySignedIn(): Promise<void> {
  idleWarning.value = null;
  lastAsked = serverNow();
  try {
    await call('POST', '/api/session/extend');
    await refreshSession();
  } catch {
    // Offline or signed out meanwhile: the next tick or request says so.
  }
}

export async function signOut(): Promise<void> {
  end('asked');
  try {
    await call('DELETE', '/api/session');
  } catch {
    // What this page held is gone either way; the server forgets the session when it idles out.
  }
}

/** Drops the session on this page and shows the sign-in page. */
function end(because: 'idle' | 'asked' | null): void {
  turns += 1;
  if (ticking !== 0) window.clearInterval(ticking);
  ticking = 0;
  idleWarning.value = null;
  deadline = absoluteDeadline = Number.POSITIVE_INFINITY;
  session.value = { signedIn: false };
  signedOutBecause.value = because;
  const isPrivate = /^\/(messages|account)/.test(path.value);
  returnTo.value = because !== 'asked' && isPrivate ? path.value : null;
  if (isPrivate) navigate('/sign-in', { replace: true });
}

function tick(): void {
  const now = serverNow();
  const left = Math.min(deadline, absoluteDeadline) - now;
  if (left <= 0) {
    end('idle');
    return;
  }
  const active = now - lastActivity < 60_000;
  if (deadline <= absoluteDeadline && active && left < WARN_BEFORE_MS * 3 && idleWarning.value === null) {
    // Somebody reads and scrolls: that is not idling.
    if (now - lastAsked > 30_000) void staySignedIn();
    return;
  }
  if (left > WARN_BEFORE_MS) {
    idleWarning.value = null;
    return;
  }
  if (idleWarning.value === null && now - lastAsked > 30_000) {
    // Another tab may have been busy: ask before warning.
    lastAsked = now;
    refreshSession().catch(() => {});
    return;
  }
  idleWarning.value = Math.ceil(left / 1000);
}

export function watchSession(): void {
  const note = (): void => {
    lastActivity = serverNow();
  };
  for (const kind of ['pointerdown', 'keydown', 'scroll'] as const) {
    window.addEventListener(kind, note, { passive: true, capture: true });
  }
  onSignedOut(() => {
    // Whoever was not signed in on this page has not idled: the sign-in page then gives no reason.
    end(session.peek()?.signedIn === true ? 'idle' : null);
  });
}
