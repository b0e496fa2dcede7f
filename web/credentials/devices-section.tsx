/** The browsers in which the second step is not asked for; nothing where there are none. */
import { Section } from '../account/parts.tsx';
import { call } from '../ui/api.ts';
import { formatDate } from '../ui/locale/locale.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { useRequest } from '../ui/use-request.ts';
import type { SectionProps } from './credential-change.tsx';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';

export function DevicesSection({ credentials, reload }: SectionProps) {
  const texts = useCredentialTexts();
  const t = texts.account;
  const forgetting = useRequest();
  if (credentials.devices.length === 0) return null;
  const forget = (path: string) =>
    forgetting.run(async () => {
      await call('DELETE', path);
      await reload();
    });
  return (
    <Section title={t.devices}>
      <p>{t.devicesLead}</p>
      <ul class="attachments">
        {credentials.devices.map(({ id, browser, current, expiresAt }) => (
          <li key={id}>
            <strong>{browser === '' ? t.unknownBrowser : browser}</strong>{' '}
            {current && <span class="tag">{t.thisDevice}</span>}
            <br />
            <span class="aside">{t.until(formatDate(expiresAt))}</span>{' '}
            <Button
              kind="plain"
              label={t.forgetLabel(browser === '' ? t.unknownBrowser : browser)}
              onPress={() => forget(`/api/account/devices/${id}`)}
            >
              {t.forget}
            </Button>
          </li>
        ))}
      </ul>
      {forgetting.failure !== null && <ProblemBox text={explainCredential(forgetting.failure, texts)} />}
      <Button kind="second" busy={forgetting.busy} onPress={() => forget('/api/account/devices')}>
        {t.forgetAll}
      </Button>
    </Section>
  );
}
