/** Signing in with a passkey: a button, and the browser's own offer where the person would fill in the form. */
import { browserSupportsWebAuthnAutofill } from '@simplewebauthn/browser';
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure } from '../ui/api.ts';
import type { SignInAnswer } from '../ui/api-types.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import type { PasskeySignInProps } from '../ui/steps/credential-steps.tsx';
import { useRequest } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';
import { offerPasskey, signInWithPasskey, stopOffering } from './passkey.ts';

/** The portal's questions are good for ten minutes. */
const ASK_ANEW_MS = 9 * 60_000;

export default function PasskeySignIn({ linkToken, onDone }: PasskeySignInProps) {
  const texts = useCredentialTexts();
  const t = texts.passkey;
  const signing = useRequest();

  const [refused, setRefused] = useState<ApiFailure | null>(null);

  // A button that was pressed ends the offer; it is made again when that came to nothing.
  useEffect(
    () => keepOffering(linkToken, { onDone, onRefused: setRefused }),
    [linkToken, signing.failure, refused],
  );
  const failure = signing.failure ?? refused;

  return (
    <>
      {failure !== null && <ProblemBox text={explainCredential(failure, texts)} />}
      <Button
        wide
        busy={signing.busy}
        onPress={() => signing.run(async () => onDone(await signInWithPasskey(linkToken)))}
      >
        {signing.busy ? t.waiting : t.signIn}
      </Button>
      <p class="or">{t.or}</p>
    </>
  );
}

/** Returns what ends it. */
function keepOffering(
  linkToken: string | null,
  then: { onDone: (answer: SignInAnswer) => void; onRefused: (failure: ApiFailure) => void },
): () => void {
  let wanted = true;
  async function offer(): Promise<void> {
    if (!wanted || !(await browserSupportsWebAuthnAutofill())) return;
    const answer = await offerPasskey(linkToken);
    if (wanted) then.onDone(answer);
  }
  const run = () =>
    void offer().catch((error: unknown) => {
      // Only what the portal said to a passkey that was chosen; an offer that nobody took is no failure.
      if (wanted && error instanceof ApiFailure && error.status >= 400) then.onRefused(error);
    });
  const timer = window.setInterval(run, ASK_ANEW_MS);
  run();
  return () => {
    wanted = false;
    window.clearInterval(timer);
    stopOffering();
  };
}
