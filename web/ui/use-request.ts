/** One request of a component at a time: whether it runs, and how it failed. */
import { useRef, useState } from 'preact/hooks';

export interface RequestState {
  readonly busy: boolean;
  readonly failure: unknown;
  /** Runs unless one is running; a failure is kept, not thrown. */
  run(action: () => Promise<void>): void;
  clear(): void;
}

export function useRequest(): RequestState {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const running = useRef(false);

  async function perform(action: () => Promise<void>): Promise<void> {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await action();
    } catch (error) {
      setFailure(error);
    } finally {
      running.current = false;
      setBusy(false);
    }
  }

  return { busy, failure, run: (action) => void perform(action), clear: () => setFailure(null) };
}
