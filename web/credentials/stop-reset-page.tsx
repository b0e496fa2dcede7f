/** Where the link leads that stops a reset: it says what waits, and its button stops it. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../ui/api.ts';
import { codeOf, explain } from '../ui/explain.ts';
import { formatDateTime, language } from '../ui/locale/locale.ts';
import { Button, PageSkeleton, ProblemBox } from '../ui/parts/controls.tsx';
import { FailedPage } from '../ui/parts/failed-page.tsx';
import { Page } from '../ui/parts/page.tsx';
import type { Pieces } from '../ui/parts/page-module.ts';
import { useRequest } from '../ui/use-request.ts';
import type { CredentialTexts } from './locale/en.ts';
import { loadCredentialTexts, useCredentialTexts } from './credential-texts.ts';

interface Waiting {
  readonly maskedAddress: string;
  readonly effectiveAt: string;
}

export default function StopResetPage({ pieces }: { readonly pieces: Pieces }) {
  const path = `/api/reset/stop/${encodeURIComponent(pieces['token'] ?? '')}`;
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const loading = useRequest();
  function load(): void {
    loading.run(async () => {
      await loadCredentialTexts();
      setWaiting(await call<Waiting>('GET', path));
    });
  }
  useEffect(load, [path, language.value]);

  if (loading.failure !== null) {
    if (codeOf(loading.failure) === 'reset-over') return <Told of={(t) => [t.overTitle, t.over]} />;
    return <FailedPage text={explain(loading.failure)} onRetry={load} />;
  }
  return waiting === null ? <PageSkeleton /> : <Stop path={path} waiting={waiting} />;
}

function Stop({ path, waiting }: { readonly path: string; readonly waiting: Waiting }) {
  const { stop: t } = useCredentialTexts();
  const [stopped, setStopped] = useState(false);
  const stopping = useRequest();
  if (stopped) return <Told of={(texts) => [texts.doneTitle, texts.done]} />;
  return (
    <div class="card">
      <Page title={t.title}>
        <p>{t.text(waiting.maskedAddress, formatDateTime(waiting.effectiveAt))}</p>
        {stopping.failure !== null && <ProblemBox text={explain(stopping.failure)} />}
        <Button
          wide
          busy={stopping.busy}
          onPress={() =>
            stopping.run(async () => {
              await call('POST', path);
              setStopped(true);
            })
          }
        >
          {t.button}
        </Button>
      </Page>
    </div>
  );
}

function Told({ of }: { readonly of: (texts: CredentialTexts['stop']) => readonly [string, string] }) {
  const [title, text] = of(useCredentialTexts().stop);
  return (
    <div class="card">
      <Page title={title} stepped key={title}>
        <p>{text}</p>
      </Page>
    </div>
  );
}
