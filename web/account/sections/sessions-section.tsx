/** Where the account is signed in, and the button that ends all of it. */
import { call } from '../../ui/api.ts';
import { explain } from '../../ui/explain.ts';
import { formatDateTime } from '../../ui/locale/locale.ts';
import { Button, ProblemBox } from '../../ui/parts/controls.tsx';
import { signOut } from '../../ui/session.ts';
import { useRequest } from '../../ui/use-request.ts';
import type { SectionProps } from '../account-page.tsx';
import { useAccountTexts } from '../account-texts.ts';
import { Section } from '../parts.tsx';

export function SessionsSection({ account }: SectionProps) {
  const t = useAccountTexts().sessions;
  const ending = useRequest();
  const before = account.previousSignIn;
  return (
    <Section title={t.title}>
      {before !== null && <p>{t.before(formatDateTime(before.at), before.browser)}</p>}
      <ul class="attachments">
        {account.sessions.map((one) => (
          <li key={`${one.since} ${one.browser}`}>
            <strong>{one.browser === '' ? t.unknownBrowser : one.browser}</strong>{' '}
            {one.current && <span class="tag">{t.here}</span>}
            <br />
            <span class="aside">{t.since(formatDateTime(one.since), formatDateTime(one.lastUsed))}</span>
          </li>
        ))}
      </ul>
      {ending.failure !== null && <ProblemBox text={explain(ending.failure)} />}
      <Button
        kind="second"
        busy={ending.busy}
        onPress={() =>
          ending.run(async () => {
            await call('POST', '/api/account/sign-out-everywhere');
            await signOut();
          })
        }
      >
        {t.everywhere}
      </Button>
      <p class="aside spaced">{t.notYou}</p>
    </Section>
  );
}
