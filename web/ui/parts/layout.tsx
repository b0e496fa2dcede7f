/** Header, main part and footer of every page, and the warning before an idle session ends. */
import type { ComponentChildren } from 'preact';
import {
  LANGUAGES,
  chooseLanguage,
  formatDateTime,
  language,
  texts,
  type Language,
} from '../locale/locale.ts';
import { keepPreferences } from '../preferences.ts';
import { idleWarning, session, signOut, staySignedIn } from '../session.ts';
import { site } from '../site.ts';
import { Button } from './controls.tsx';
import { Dialog } from './dialog.tsx';
import { describeWait } from '../explain.ts';

function Header() {
  const t = texts();
  const signedIn = session.value?.signedIn === true;
  return (
    <header class="bar">
      <div class="bar-inner">
        <a class="brand" href="/">
          {site.value?.logo != null && <img src={site.value.logo} alt="" />}
          <strong>{site.value?.organization ?? '\u00a0'}</strong>
          <span>{t.sendSecure}</span>
        </a>
        {signedIn && (
          <nav aria-label={t.messagesLink}>
            <ul>
              <li>
                <a href="/messages">{t.messagesLink}</a>
              </li>
              <li>
                <button type="button" class="plain" onClick={() => void signOut()}>
                  {t.signOut}
                </button>
              </li>
            </ul>
          </nav>
        )}
      </div>
    </header>
  );
}

function switchLanguage(code: Language): void {
  chooseLanguage(code);
  // Not kept: this browser still has it.
  if (session.peek()?.signedIn === true) keepPreferences({ language: code }).catch(() => {});
}

function LanguageSwitch() {
  const codes = Object.keys(LANGUAGES) as Language[];
  return (
    <>
      {codes
        .filter((code) => code !== language.value)
        .map((code) => (
          <li key={code}>
            <button type="button" class="plain" lang={code} onClick={() => switchLanguage(code)}>
              {LANGUAGES[code]}
            </button>
          </li>
        ))}
    </>
  );
}

function Footer() {
  const t = texts();
  const line = site.value?.helpLine ?? null;
  const before = session.value?.previousSignIn ?? null;
  return (
    <footer class="foot">
      <div class="foot-inner">
        {line !== null && <p>{t.helpLine(line.phone, line.hours)}</p>}
        {before !== null && <p>{t.lastSignIn(formatDateTime(before.at), before.browser)}</p>}
        <ul>
          <li>
            <a href="/help">{t.helpLink}</a>
          </li>
          <li>
            <a href="/check">{t.checkLink}</a>
          </li>
          <LanguageSwitch />
        </ul>
      </div>
    </footer>
  );
}

function IdleDialog() {
  const left = idleWarning.value;
  const t = texts();
  if (left === null) return null;
  // Said once in minutes, then every ten seconds at the end: a countdown by the second is noise to a screen reader.
  const spoken =
    left > 60 ? describeWait(Math.ceil(left / 60) * 60) : describeWait(Math.ceil(left / 10) * 10);
  return (
    <Dialog title={t.idle.title} onClose={() => void staySignedIn()}>
      <p aria-live="polite">{t.idle.text(spoken)}</p>
      <div class="row">
        <Button onPress={() => void staySignedIn()}>{t.idle.stay}</Button>
        <Button kind="second" onPress={() => void signOut()}>
          {t.idle.leave}
        </Button>
      </div>
    </Dialog>
  );
}

export function Layout({ wide, children }: { readonly wide: boolean; readonly children: ComponentChildren }) {
  return (
    <>
      <a class="skip" href="#main" onClick={() => document.getElementById('main')?.focus()}>
        {texts().skipToContent}
      </a>
      <Header />
      <main id="main" tabIndex={-1} class={wide ? 'wide' : undefined}>
        {children}
      </main>
      <Footer />
      <IdleDialog />
    </>
  );
}
