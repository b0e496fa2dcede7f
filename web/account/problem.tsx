/** What went wrong on the account page; where a fresh sign-in is asked for, with the way to it. */
import { codeOf, explain } from '../ui/explain.ts';
import { Button, ProblemBox } from '../ui/parts/controls.tsx';
import { returnTo, signOut } from '../ui/session.ts';
import { useAccountTexts } from './account-texts.ts';
import type { AccountTexts } from './locale/en.ts';

export function explainAccount(failure: unknown, t: AccountTexts): string {
  const failures: Readonly<Record<string, string>> = t.failure;
  return failures[codeOf(failure)] ?? explain(failure);
}

export function AccountProblem({ failure }: { readonly failure: unknown }) {
  const t = useAccountTexts();
  if (failure === null) return null;
  if (codeOf(failure) !== 'sign-in-again') return <ProblemBox text={explainAccount(failure, t)} />;
  return (
    <div class="box" role="alert">
      <p>{t.failure['sign-in-again']}</p>
      <Button kind="second" small onPress={() => void signInAgain()}>
        {t.signInAgain}
      </Button>
    </div>
  );
}

/** Comes back to the account afterwards. */
async function signInAgain(): Promise<void> {
  await signOut();
  returnTo.value = '/account';
}
