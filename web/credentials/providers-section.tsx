/** Accounts at Google or Microsoft that sign in to the account: add, confirm, remove. */
import { useState } from 'preact/hooks';
import { Section } from '../account/parts.tsx';
import { call } from '../ui/api.ts';
import { formatDate } from '../ui/locale/locale.ts';
import { Button } from '../ui/parts/controls.tsx';
import { ConfirmDialog, useCredentialChange, type SectionProps } from './credential-change.tsx';
import { useCredentialTexts } from './credential-texts.ts';
import type { ProviderAccount } from './credentials.ts';
import { goToProvider, PROVIDER_NAMES } from './provider.ts';

export function ProvidersSection({ credentials, reload }: SectionProps) {
  const texts = useCredentialTexts();
  const t = texts.provider;
  const change = useCredentialChange(credentials);
  const [removing, setRemoving] = useState<ProviderAccount | null>(null);
  const { providers, providersOffered } = credentials;
  if (providers.length + providersOffered.length === 0) return null;
  return (
    <Section title={t.title}>
      <p>{t.accountLead}</p>
      {providers.some(({ suspended }) => suspended) && <p class="box">{t.suspendedText}</p>}
      {providers.length > 0 && (
        <ul class="attachments">
          {providers.map((one) => (
            <li key={one.id}>
              <strong>{shownName(one)}</strong>{' '}
              {one.suspended && <span class="tag">{texts.account.suspended}</span>}
              <br />
              <span class="aside">
                {texts.account.added(formatDate(one.createdAt))}{' '}
                {one.lastUsedAt === null
                  ? texts.account.neverUsed
                  : texts.account.lastUsed(formatDate(one.lastUsedAt))}
              </span>
              <div class="row">
                <Button
                  kind="plain"
                  label={texts.account.removeLabel(shownName(one))}
                  onPress={() => setRemoving(one)}
                >
                  {texts.account.remove}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {change.shown}
      {providersOffered.map((kind) => (
        <p key={kind}>
          <Button
            kind="second"
            busy={change.busy}
            onPress={() => change.run(() => goToProvider(kind, { for: 'account', to: null }))}
          >
            {t.add(PROVIDER_NAMES[kind])}
          </Button>
        </p>
      ))}
      {removing !== null && (
        <ConfirmDialog
          title={t.removeTitle}
          text={t.removeText(shownName(removing))}
          action={texts.account.remove}
          onClose={() => setRemoving(null)}
          onConfirm={() =>
            change.run(async () => {
              await call('DELETE', `/api/account/providers/${removing.id}`);
              await reload();
            })
          }
        />
      )}
    </Section>
  );
}

function shownName({ kind, name }: ProviderAccount): string {
  return `${PROVIDER_NAMES[kind]} (${name})`;
}
