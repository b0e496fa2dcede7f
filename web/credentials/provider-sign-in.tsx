/** Buttons that sign in with an account at Google or Microsoft, where the organisation has set it up. */
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { site } from '../ui/site.ts';
import type { ProviderSignInProps } from '../ui/steps/credential-steps.tsx';
import { useRequest } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';
import { goToProvider, PROVIDER_NAMES } from './provider.ts';

export default function ProviderSignIn({ to }: ProviderSignInProps) {
  const texts = useCredentialTexts();
  const going = useRequest();
  return (
    <div class="divided">
      <p>{texts.provider.lead}</p>
      {going.failure !== null && <ProblemBox text={explainCredential(going.failure, texts)} />}
      {site.value?.providers.map((kind) => (
        <p key={kind}>
          <Button
            kind="second"
            wide
            busy={going.busy}
            onPress={() => going.run(() => goToProvider(kind, { for: 'sign-in', to }))}
          >
            {texts.provider.signIn(PROVIDER_NAMES[kind])}
          </Button>
        </p>
      ))}
    </div>
  );
}
