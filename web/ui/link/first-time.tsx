/** The link of somebody without an account: what it is, and the code that begins one. */
import { explain } from '../explain.ts';
import { texts } from '../locale/locale.ts';
import { Button, ProblemBox } from '../parts/controls.tsx';
import { Page } from '../parts/page.tsx';
import { useRequest } from '../use-request.ts';
import type { LinkStepProps } from './link-step.ts';
import { MessageFacts, linkTitle } from './message-facts.tsx';
import { NotForMe } from './not-for-me.tsx';
import { OtherWaysButton, READING_TEXT } from './other-ways-button.tsx';
import { sendCodeUnlessRegistered } from './prove-mailbox.tsx';

export interface FirstTimeProps extends LinkStepProps {
  /** The proof of the mailbox was given before, too long ago. */
  readonly lost: boolean;
}

export function FirstTime({ lost, ...steps }: FirstTimeProps) {
  const { facts, link, onStep, onRegistered } = steps;
  const t = texts();
  const sending = useRequest();
  return (
    <div class="card">
      <Page title={linkTitle(facts)} tabTitle={t.sendSecure}>
        <MessageFacts facts={facts} />
        {lost && <ProblemBox text={t.failure['registration-lost']} />}
        <p class="lead">{t.link.firstTime(facts.maskedAddress)}</p>
        <p>{t.link.whatHappens}</p>
        <p class="aside">{t.link.risks}</p>
        {sending.failure !== null && (
          <>
            <ProblemBox text={explain(sending.failure)} />
            <p>
              <Button kind="plain" onPress={() => onStep({ at: 'telephone' })}>
                {t.code.byTelephone}
              </Button>
            </p>
          </>
        )}
        <Button
          wide
          busy={sending.busy}
          onPress={() =>
            sending.run(async () => {
              const sent = await sendCodeUnlessRegistered(link, onRegistered, READING_TEXT);
              if (sent !== null) onStep({ at: 'code', sent });
            })
          }
        >
          {sending.busy ? t.link.sendingCode : t.link.sendCode}
        </Button>
        <p class="aside divided">{t.link.firstTimeShort}</p>
        <Button kind="plain" onPress={() => onStep({ at: 'forwarded' })}>
          {t.link.forwarded}
        </Button>
        <OtherWaysButton {...steps} />
        <NotForMe {...steps} />
      </Page>
    </div>
  );
}
