/** How the account is signed in to: passkeys, password, second step, remembered devices; asked for when it is shown. */
import { useEffect, useState } from 'preact/hooks';
import { loadCredentialTexts } from '../../credentials/credential-texts.ts';
import type { Credentials } from '../../credentials/credentials.ts';
import { call } from '../../ui/api.ts';
import { explain } from '../../ui/explain.ts';
import { language } from '../../ui/locale/locale.ts';
import { ProblemBox, Skeleton } from '../../ui/parts/controls.tsx';
import type { SectionProps } from '../account-page.tsx';
import { PasswordSection } from './password-section.tsx';
import { useRequest } from '../../ui/use-request.ts';
import { DevicesSection } from '../../credentials/devices-section.tsx';
import { PasskeysSection } from '../../credentials/passkeys-section.tsx';
import { ProvidersSection } from '../../credentials/providers-section.tsx';
import { FirstPasswordSection } from '../../credentials/first-password-section.tsx';
import { SecondFactorSection } from '../../credentials/second-factor-section.tsx';

export function CredentialsSection({ account, reload: reloadAccount }: SectionProps) {
  const [credentials, setCredentials] = useState<Credentials | null>(null);
  const loading = useRequest();

  async function reload(): Promise<void> {
    setCredentials(await call<Credentials>('GET', '/api/account/credentials'));
  }
  function load(): void {
    loading.run(async () => {
      await loadCredentialTexts();
      await reload();
    });
  }
  useEffect(load, [language.value]);

  if (loading.failure !== null) return <ProblemBox text={explain(loading.failure)} onRetry={load} />;
  if (credentials === null) return <Skeleton />;
  const props = { credentials, reload };
  return (
    <>
      <PasskeysSection {...props} />
      {credentials.password.set ? (
        <PasswordSection account={account} reload={reloadAccount} />
      ) : (
        <FirstPasswordSection {...props} />
      )}
      <ProvidersSection {...props} />
      <SecondFactorSection {...props} />
      <DevicesSection {...props} />
    </>
  );
}
