/** Signing in without a link: address and password. */
import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import type { SignInAnswer, SignInNext } from '../api-types.ts';
import { texts } from '../locale/locale.ts';
import { Page } from '../parts/page.tsx';
import { navigate, wantsNewPassword } from '../router.ts';
import { noteSignedIn, returnTo, signedOutBecause } from '../session.ts';
import { FurtherSteps, PasskeySignIn, ProviderSignIn, Reset } from '../steps/credential-steps.tsx';
import { SignInForm } from '../steps/sign-in-form.tsx';

type Further = Exclude<SignInNext, 'done'>;

function goOn(messageId: string | null): void {
  noteSignedIn();
  const before = returnTo.value;
  returnTo.value = null;
  const to = before ?? (messageId === null ? '/messages' : `/messages/${encodeURIComponent(messageId)}`);
  navigate(to, { replace: true });
}

export function SignInPage() {
  const t = texts();
  const [forgotten, setForgotten] = useState<string | null>(wantsNewPassword() ? '' : null);
  const [further, setFurther] = useState<Further | null>(null);

  function enter(answer: SignInAnswer): void {
    if (answer.next === 'done') goOn(answer.messageId);
    else setFurther(answer.next);
  }

  if (further !== null) {
    return <FurtherSteps next={further} onDone={() => goOn(null)} onOver={() => setFurther(null)} />;
  }
  if (forgotten !== null) {
    return <Reset linkToken={null} address={forgotten} onDone={enter} onBack={() => setForgotten(null)} />;
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
        <PasskeySignIn linkToken={null} onDone={enter} />
        <SignInForm
          knownAddress={null}
          submit={t.signInPage.submit}
          signIn={async (credentials) => {
            enter(await call<SignInAnswer>('POST', '/api/session', credentials));
          }}
          onForgot={setForgotten}
        />
        <ProviderSignIn to={returnTo.value} />
        <p class="aside spaced">{t.signInPage.firstTime}</p>
      </Page>
    </div>
  );
}
