/** The message came to the wrong person: asks once more, locks it, and says that it is done. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../api.ts';
import { explain } from '../explain.ts';
import { texts } from '../locale/locale.ts';
import { Button, ProblemBox } from '../parts/controls.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Page } from '../parts/page.tsx';
import { useRequest } from '../use-request.ts';
import type { LinkStepProps } from './link-step.ts';
import { authorName } from './message-facts.tsx';

async function report(link: string): Promise<void> {
  try {
    await call('POST', `${link}/not-for-me`, { confirm: true });
  } catch (error) {
    // Whoever holds a forwarded link must not lock what its owner has opened.
    if (error instanceof ApiFailure && error.status === 401) throw new ApiFailure('sign-in-first', 401);
    throw error;
  }
}

export function NotForMe({ facts, link, onStep }: LinkStepProps) {
  const t = texts();
  const [asked, setAsked] = useState(false);
  const locking = useRequest();
  const author = authorName(facts.author);
  return (
    <>
      <Button kind="plain" onPress={() => setAsked(true)}>
        {t.link.notForMe}
      </Button>
      {asked && (
        <Dialog title={t.link.notForMeTitle} onClose={() => setAsked(false)}>
          <p>{t.link.notForMeText(author)}</p>
          {locking.failure !== null && <ProblemBox text={explain(locking.failure)} />}
          <div class="row">
            <Button
              busy={locking.busy}
              onPress={() =>
                locking.run(async () => {
                  await report(link);
                  onStep({ at: 'not-for-me' });
                })
              }
            >
              {t.link.notForMeConfirm}
            </Button>
            <Button kind="second" onPress={() => setAsked(false)}>
              {t.cancel}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

export function NotForMeDone({ author }: { readonly author: string }) {
  const t = texts();
  return (
    <div class="card">
      <Page title={t.link.notForMeDoneTitle} stepped>
        <p>{t.link.notForMeDone(author)}</p>
      </Page>
    </div>
  );
}
