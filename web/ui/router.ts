/** Client-side routes: the path is a signal; same-origin links are followed without loading the page again. */
import { signal } from '@preact/signals';

export const path = signal(location.pathname);
/** How many pages were shown before this one; 0 on the first, where focus must stay at the top. */
export const pagesShown = signal(0);

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  arrive();
}

/** A mail of the help desk led here: the page begins with the way to a new password. */
export function wantsNewPassword(): boolean {
  return new URLSearchParams(location.search).has('new-password');
}

function arrive(): void {
  if (path.value === location.pathname) return;
  pagesShown.value += 1;
  path.value = location.pathname;
  window.scrollTo(0, 0);
}

function followLink(event: MouseEvent): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin)
    return;
  if (link.hash !== '' && link.pathname === location.pathname) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}

export function startRouter(): void {
  window.addEventListener('popstate', arrive);
  document.addEventListener('click', followLink);
}

/** Matches `/messages/:id` against the path; null, or the named pieces. */
export function match(pattern: string, actual: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = actual.replace(/\/+$/, '').split('/');
  if (wanted.length !== given.length && !(actual === '/' && pattern === '/')) return null;
  const pieces: Record<string, string> = {};
  for (let i = 0; i < wanted.length; i++) {
    const name = wanted[i] ?? '';
    const value = given[i] ?? '';
    if (name.startsWith(':')) {
      if (value === '') return null;
      pieces[name.slice(1)] = decodePiece(value);
    } else if (name !== value) return null;
  }
  return pieces;
}

function decodePiece(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
