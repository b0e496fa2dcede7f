/** The code that shows that somebody reads the mailbox a link was sent to. */
import { call } from '../api.ts';
import type { CodeSent, Registration } from '../api-types.ts';
import { language, texts } from '../locale/locale.ts';
import { preloadReader } from '../preload.ts';
import { CodeStep } from '../steps/code-step.tsx';
import { codeOf } from '../explain.ts';
import { TelephoneCode } from '../steps/telephone-code.tsx';
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
      byTelephone
      verify={(code) => prove(link, code, { onStep, onRegistered })}
    />
  );
}

/** A code of the help desk where none could be mailed: too many were asked for already. */
export function ProveByTelephone({ link, onStep, onRegistered }: LinkStepProps) {
  return (
    <TelephoneCode
      verify={(code) => prove(link, code, { onStep, onRegistered })}
      onBack={() => onStep({ at: 'start' })}
    />
  );
}

async function prove(
  link: string,
  code: string,
  { onStep, onRegistered }: Pick<LinkStepProps, 'onStep' | 'onRegistered'>,
): Promise<void> {
  try {
    const done = await call<{ maskedAddress: string }>('POST', `${link}/code/verify`, { code });
    const registration = await call<Registration>('GET', '/api/registration').catch(() => null);
    onStep({ at: 'password', username: registration?.address ?? done.maskedAddress });
    preloadReader();
  } catch (error) {
    if (codeOf(error) !== 'already-registered') throw error;
    onRegistered();
  }
}
