/** A message that its author opens by telephone: the form is fetched only when one asks for it. */
import { useEffect, useState } from 'preact/hooks';

import { ApiFailure } from '../ui/api.ts';
import { explain } from '../ui/explain.ts';
import { PageSkeleton, ProblemBox } from '../ui/parts/controls.tsx';
import { texts } from '../ui/locale/locale.ts';
import type { SecondChannelStep as StepPart } from './second-channel-step.tsx';

export interface SecondChannelProps {
  readonly messageId: string;
  readonly onProven: () => void;
}

export function SecondChannel(props: SecondChannelProps) {
  const [Step, setStep] = useState<typeof StepPart | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setFailure(null);
    import('./second-channel-step.tsx').then(
      ({ SecondChannelStep }) => setStep(() => SecondChannelStep),
      // The browser doesn't say more than that it did not come.
      () => setFailure(new ApiFailure('offline', 0)),
    );
  }, [attempt]);
  if (failure !== null) return <ProblemBox text={explain(failure)} onRetry={() => setAttempt(attempt + 1)} />;
  return Step === null ? <PageSkeleton label={texts().reader.opening} /> : <Step {...props} />;
}
