/** After the code: a passkey first, a password for who prefers one. */
import { ApiFailure } from '../ui/api.ts';
import type { SignInAnswer } from '../ui/api-types.ts';
import { language } from '../ui/locale/locale.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import type { ChooseProps } from '../ui/steps/credential-steps.tsx';
import { useRequest } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';
import { makePasskey } from './passkey.ts';

export default function ChooseStep({ onDone, onLost, onPassword }: ChooseProps) {
  const texts = useCredentialTexts();
  const t = texts.choose;
  const making = useRequest();

  async function make(): Promise<void> {
    try {
      const more = { locale: language.value };
      onDone(await makePasskey<SignInAnswer>('/api/registration/passkey', more));
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.code !== 'session-needed') throw error;
      onLost();
    }
  }

  return (
    <div class="card">
      <Page title={t.title} stepped>
        <p class="lead">{t.lead}</p>
        {making.failure !== null && <ProblemBox text={explainCredential(making.failure, texts)} />}
        <Button wide busy={making.busy} onPress={() => making.run(make)}>
          {making.busy ? t.making : t.passkey}
        </Button>
        <p class="aside spaced">{t.what}</p>
        <p class="divided">
          <Button kind="plain" onPress={onPassword}>
            {t.password}
          </Button>
        </p>
      </Page>
    </div>
  );
}
