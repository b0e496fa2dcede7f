/** The start page: what this site is and where to go. */
import { texts } from '../locale/locale.ts';
import { Page } from '../parts/page.tsx';
import { session } from '../session.ts';
import { site } from '../site.ts';

export function HomePage() {
  const t = texts();
  const organization = site.value?.organization ?? '';
  const signedIn = session.value?.signedIn === true;
  return (
    <>
      <div class="card">
        <Page title={t.home.title}>
          {organization !== '' && <p class="lead">{t.home.lead(organization)}</p>}
          <h2>{t.home.haveLink}</h2>
          <p>{t.home.followLink}</p>
          <p>
            {!signedIn && `${t.home.signInLead} `}
            <a href={signedIn ? '/messages' : '/sign-in'}>{signedIn ? t.messagesLink : t.signIn}</a>
          </p>
        </Page>
      </div>
      <div class="card">
        <h2>{t.home.checkLead}</h2>
        <p>
          <a href="/check">{t.home.checkAction}</a>
        </p>
      </div>
      <div class="card">
        <h2>{t.home.helpLead}</h2>
        <p>
          <a href="/help/send">{t.home.helpAction}</a>
        </p>
      </div>
    </>
  );
}
