/** The code that shows that somebody reads the mailbox a link was sent to. */
import { call } from '../api.ts';
import type { CodeSent, Registration } from '../api-types.ts';
import { language, texts } from '../locale/locale.ts';
import { preloadReader } from '../preload.ts';
import { CodeStep } from '../steps/code-step.tsx';
import { codeOf } from '../explain.ts';
import type { LinkStepProps } from './link-step.ts';

/**
 * Null where there is an account: then the link asks for its password. `text`: which words about the risks stood above
 * the button. Throws ApiFailure.
 */
export async function sendCodeUnlessRegistered(
  link: string,
  onRegistered: () => void,
  text?: string,
): Promise<CodeSent | null> {
  try {
    return await call<CodeSent>('POST', `${link}/code`, { locale: language.value, text });
  } catch (error) {
    if (codeOf(error) !== 'already-registered') throw error;
    onRegistered();
    return null;
  }
}

export interface ProveMailboxProps extends LinkStepProps {
  readonly sent: CodeSent;
}

export function ProveMailbox({ link, facts, sent, onStep, onRegistered }: ProveMailboxProps) {
  return (
    <CodeStep
      sentTo={texts().code.sentTo(facts.maskedAddress)}
      sent={sent}
      resend={async () => (await sendCodeUnlessRegistered(link, onRegistered)) ?? {}}
      verify={async (code) => {
        const done = await call<{ maskedAddress: string }>('POST', `${link}/code/verify`, { code });
        const registration = await call<Registration>('GET', '/api/registration').catch(() => null);
        onStep({ at: 'password', username: registration?.address ?? done.maskedAddress });
        preloadReader();
      }}
    />
  );
}
