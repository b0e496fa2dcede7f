/** Starts the recipients' pages. */
import { render } from 'preact';
import { App } from './app.tsx';
import { startLocale } from './locale/locale.ts';
import { startPreferences } from './preferences.ts';
import { startRouter } from './router.ts';
import { watchSession } from './session.ts';

const RELOAD_AFTER_MS = 5000;

startPreferences();
startRouter();
watchSession();
startLocale().then(show, () => setTimeout(() => location.reload(), RELOAD_AFTER_MS));

function show(): void {
  const root = document.getElementById('app');
  if (root === null || document.documentElement.dataset['floor'] === 'below') return;
  root.textContent = '';
  render(<App />, root);
}

// A page that comes back from the browser's memory must not show what it showed.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
