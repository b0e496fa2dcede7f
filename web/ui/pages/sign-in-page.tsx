/** Signing in without a link: address and password. */
import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { texts } from '../locale/locale.ts';
import { Page } from '../parts/page.tsx';
import { navigate } from '../router.ts';
import { noteSignedIn, returnTo, signedOutBecause } from '../session.ts';
import { ResetFlow } from '../steps/reset-flow.tsx';
import { SignInForm } from '../steps/sign-in-form.tsx';

function goOn(messageId: string | null): void {
  noteSignedIn();
  const before = returnTo.value;
  returnTo.value = null;
  const to = before ?? (messageId === null ? '/messages' : `/messages/${encodeURIComponent(messageId)}`);
  navigate(to, { replace: true });
}

export function SignInPage() {
  const t = texts();
  const [forgotten, setForgotten] = useState<string | null>(null);
  if (forgotten !== null) {
    return <ResetFlow linkToken={null} address={forgotten} onDone={goOn} onBack={() => setForgotten(null)} />;
  }
  const because = signedOutBecause.value;
  return (
    <div class="card">
      <Page title={t.signInPage.title}>
        {because !== null && (
          <div class="box" role="status">
            <p>{because === 'idle' ? t.signInPage.idle : t.signInPage.asked}</p>
          </div>
        )}
        <SignInForm
          knownAddress={null}
          submit={t.signInPage.submit}
          signIn={async (credentials) => {
            const answer = await call<{ messageId: string | null }>('POST', '/api/session', credentials);
            goOn(answer.messageId);
          }}
          onForgot={setForgotten}
        />
        <p class="aside">{t.signInPage.firstTime}</p>
      </Page>
    </div>
  );
}
