/** Keeps a reply that is being written: sealed, a moment after the last change and when the page goes. */
import { useEffect, useRef, useState } from 'preact/hooks';

import type { Draft, Written } from './draft.ts';

const SAVE_AFTER_MS = 1_500;

type KeepState = 'unchanged' | 'kept' | 'failed';

/** Keeps what is written a moment after the last change, one saving behind the other. */
export function useKeeping(draft: Draft, written: Written) {
  const now = JSON.stringify(written);
  const [state, setState] = useState<KeepState>(draft.written.text === '' ? 'unchanged' : 'kept');
  const saving = useRef<Promise<void>>(Promise.resolve());
  const latest = useRef(written);
  const kept = useRef(JSON.stringify(draft.written));
  latest.current = written;
  const keep = (what: Written): Promise<void> => {
    const next = saving.current
      .catch(() => {})
      .then(async () => {
        const words = JSON.stringify(what);
        if (words === kept.current) return;
        await draft.save(what);
        kept.current = words;
      });
    saving.current = next;
    return next;
  };
  const keepNow = (): void => {
    keep(latest.current).then(
      () => setState('kept'),
      () => setState('failed'),
    );
  };
  useEffect(() => {
    if (now === kept.current) return undefined;
    setState('unchanged');
    const timer = setTimeout(keepNow, SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [now]);
  useEffect(() => {
    const leaving = (): void => {
      if (document.visibilityState === 'hidden') keepNow();
    };
    document.addEventListener('visibilitychange', leaving);
    return () => document.removeEventListener('visibilitychange', leaving);
  }, []);
  return { state, keep, settle: () => saving.current.catch(() => {}) };
}
