/**
 * Where Google or Microsoft sends the browser back to. The answer in the address is handed over by a request of this page
 * and taken out of the address at once, so that neither history nor a reload holds it.
 */
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { SignInAnswer, SignInNext } from '../ui/api-types.ts';
import { PageSkeleton, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import type { Pieces } from '../ui/parts/page-module.ts';
import { navigate } from '../ui/router.ts';
import { noteSignedIn } from '../ui/session.ts';
import { FurtherSteps } from '../ui/steps/credential-steps.tsx';
import { useRequest } from '../ui/use-request.ts';
import { explainCredential, useCredentialTexts } from './credential-texts.ts';
import { isProvider, PROVIDER_NAMES, takeErrand, type Errand } from './provider.ts';

export default function ProviderPage({ pieces }: { readonly pieces: Pieces }) {
  const kind = pieces['provider'] ?? '';
  const [errand, setErrand] = useState<Errand>({ for: 'sign-in', to: null });
  const [further, setFurther] = useState<Exclude<SignInNext, 'done'> | null>(null);
  const finishing = useRequest();

  function goOn(to: string | null): void {
    noteSignedIn();
    navigate(to ?? '/messages', { replace: true });
  }

  useEffect(() => {
    const query = location.search.slice(1);
    history.replaceState(null, '', location.pathname);
    const taken = takeErrand();
    setErrand(taken);
    finishing.run(async () => {
      if (!isProvider(kind) || query === '') throw new ApiFailure('provider-failed', 422);
      if (taken.for === 'account') {
        await call('POST', `/api/account/providers/${kind}/finish`, { query });
        navigate('/account', { replace: true });
        return;
      }
      const answer = await call<SignInAnswer>('POST', `/api/session/providers/${kind}/finish`, { query });
      if (answer.next === 'done') goOn(taken.to);
      else setFurther(answer.next);
    });
  }, []);

  if (further !== null) {
    const over = (): void => navigate('/sign-in', { replace: true });
    return <FurtherSteps next={further} onDone={() => goOn(errand.to)} onOver={over} />;
  }
  if (finishing.failure === null) return <PageSkeleton />;
  return <Failed kind={kind} errand={errand} failure={finishing.failure} />;
}

interface FailedProps {
  readonly kind: string;
  readonly errand: Errand;
  readonly failure: unknown;
}

function Failed({ kind, errand, failure }: FailedProps) {
  const texts = useCredentialTexts();
  const t = texts.provider;
  const isForAccount = errand.for === 'account';
  return (
    <div class="card">
      <Page title={t.failedTitle(isProvider(kind) ? PROVIDER_NAMES[kind] : '')} stepped>
        <ProblemBox text={explainCredential(failure, texts)} />
        <p>
          <a class="button" href={isForAccount ? '/account' : (errand.to ?? '/sign-in')}>
            {isForAccount ? t.toAccount : t.otherWay}
          </a>
        </p>
      </Page>
    </div>
  );
}
