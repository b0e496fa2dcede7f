/** A part of a page whose code is fetched when it is shown; a lost connection is said, with a way on. */
import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure } from '../api.ts';
import { explain } from '../explain.ts';
import { FailedPage } from './failed-page.tsx';

export interface LazyPartProps<Props> {
  /** The same function in every rendering. */
  readonly load: () => Promise<{ readonly default: ComponentType<Props> }>;
  readonly props: Props;
  readonly waiting: ComponentChildren;
  /** Shown where the code does not come; by default a failure with a button. */
  readonly without?: ComponentChildren;
}

export function LazyPart<Props extends object>({ load, props, waiting, without }: LazyPartProps<Props>) {
  const [loaded, setLoaded] = useState<ComponentType<Props> | null>(null);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let wanted = true;
    setFailed(false);
    load().then(
      (module) => wanted && setLoaded(() => module.default),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [load, attempt]);
  if (failed) {
    if (without !== undefined) return <>{without}</>;
    return (
      <FailedPage text={explain(new ApiFailure('offline', 0))} onRetry={() => setAttempt(attempt + 1)} />
    );
  }
  if (loaded === null) return <>{waiting}</>;
  const Loaded = loaded;
  return <Loaded {...props} />;
}
