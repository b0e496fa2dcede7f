/**
 * My account, a chunk of its own: what its owner sees and changes. Each section is a component that is given the
 * account as it stands and asks for it anew when it has changed something.
 */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { call } from '../ui/api.ts';
import { explain } from '../ui/explain.ts';
import { language } from '../ui/locale/locale.ts';
import { PageSkeleton } from '../ui/parts/controls.tsx';
import { FailedPage } from '../ui/parts/failed-page.tsx';
import { Page } from '../ui/parts/page.tsx';
import { noteSignedIn, session } from '../ui/session.ts';
import type { Account } from './account.ts';
import { accountTexts, loadAccountTexts } from './account-texts.ts';
import { AccessSection } from './sections/access-section.tsx';
import { AddressesSection } from './sections/addresses-section.tsx';
import { DeleteSection } from './sections/delete-section.tsx';
import { CredentialsSection } from './sections/credentials-section.tsx';
import { RequestsSection } from './sections/requests-section.tsx';
import { PreferencesSection } from './sections/preferences-section.tsx';
import { SessionsSection } from './sections/sessions-section.tsx';

export interface SectionProps {
  readonly account: Account;
  /** Asks the server again; what is shown stays meanwhile. */
  readonly reload: () => Promise<void>;
}

const SECTIONS: readonly ComponentType<SectionProps>[] = [
  RequestsSection,
  AddressesSection,
  CredentialsSection,
  SessionsSection,
  PreferencesSection,
  AccessSection,
  DeleteSection,
];

export default function AccountPage() {
  const [account, setAccount] = useState<Account | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);

  async function reload(): Promise<void> {
    const fresh = await call<Account>('GET', '/api/account');
    if (session.peek()?.signedIn !== true) noteSignedIn();
    setAccount(fresh);
  }
  useEffect(() => {
    setFailure(null);
    Promise.all([reload(), loadAccountTexts(language.value)]).catch(setFailure);
  }, [attempt, language.value]);

  const t = accountTexts.value;
  if (failure !== null) return <FailedPage text={explain(failure)} onRetry={() => setAttempt(attempt + 1)} />;
  if (account === null || t === null) return <PageSkeleton />;
  return (
    <Page title={t.title}>
      {SECTIONS.map((Section, position) => (
        <Section key={position} account={account} reload={reload} />
      ))}
      <p>
        <a href="/messages">{t.toMessages}</a>
      </p>
    </Page>
  );
}
