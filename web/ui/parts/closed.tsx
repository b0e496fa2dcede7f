/** Fetches the page of a message that can't be opened when it is needed: few first visits see it. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ClosedProps } from '../../closed/closed-message.tsx';
import { ApiFailure } from '../api.ts';
import { explain } from '../explain.ts';
import { PageSkeleton } from './controls.tsx';
import { FailedPage } from './failed-page.tsx';

export function Closed(props: ClosedProps) {
  const [Loaded, setLoaded] = useState<ComponentType<ClosedProps> | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    setFailed(false);
    import('../../closed/closed-message.tsx').then(
      (module) => wanted && setLoaded(() => module.default),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [attempt]);
  if (failed)
    return (
      <FailedPage text={explain(new ApiFailure('offline', 0))} onRetry={() => setAttempt(attempt + 1)} />
    );
  return Loaded === null ? <PageSkeleton /> : <Loaded {...props} />;
}
