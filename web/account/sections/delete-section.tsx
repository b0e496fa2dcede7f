/** The end of the account: what goes and what stays is said before the button that does it. */
import { useState } from 'preact/hooks';
import { call } from '../../ui/api.ts';
import { texts } from '../../ui/locale/locale.ts';
import { Button } from '../../ui/parts/controls.tsx';
import { Dialog } from '../../ui/parts/dialog.tsx';
import { signOut } from '../../ui/session.ts';
import { site } from '../../ui/site.ts';
import { useRequest } from '../../ui/use-request.ts';
import { useAccountTexts } from '../account-texts.ts';
import { Section } from '../parts.tsx';
import { AccountProblem } from '../problem.tsx';

export function DeleteSection() {
  const t = useAccountTexts().deletion;
  const [asked, setAsked] = useState(false);
  return (
    <Section title={t.title}>
      <p>{t.lead}</p>
      <Button kind="second" onPress={() => setAsked(true)}>
        {t.begin}
      </Button>
      {asked && <DeleteDialog onClose={() => setAsked(false)} />}
    </Section>
  );
}

function DeleteDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useAccountTexts().deletion;
  const deleting = useRequest();
  const organization = site.value?.organization ?? '';
  return (
    <Dialog title={t.question} onClose={onClose}>
      <h3>{t.goesTitle}</h3>
      <p>{t.goes}</p>
      <h3>{t.staysTitle}</h3>
      <p>{t.stays(organization)}</p>
      <p>{t.hold}</p>
      <p>
        <strong>{t.noWayBack}</strong>
      </p>
      <AccountProblem failure={deleting.failure} />
      <div class="row">
        <Button
          busy={deleting.busy}
          onPress={() =>
            deleting.run(async () => {
              await call('POST', '/api/account/delete', { confirm: true });
              await signOut();
            })
          }
        >
          {t.yes}
        </Button>
        <Button kind="second" onPress={onClose}>
          {texts().cancel}
        </Button>
      </div>
    </Dialog>
  );
}
