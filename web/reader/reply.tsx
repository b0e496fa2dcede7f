/** Under a message: answering it. The form and what it seals with are fetched only when somebody wants to write. */
import { useEffect, useState } from 'preact/hooks';

import { ApiFailure } from '../ui/api.ts';
import { explain } from '../ui/explain.ts';
import { texts } from '../ui/locale/locale.ts';
import { Button, ProblemBox, Skeleton } from '../ui/parts/controls.tsx';
import type { ReplyForm as ReplyFormPart } from './reply-form.tsx';

export interface ReplyProps {
  readonly messageId: string;
  /** Name of the author, as the message shows it. */
  readonly author: string;
  /** Whether others than the reader stand in To and Cc. */
  readonly hasOthers: boolean;
}

type Step = 'asked' | 'author' | 'all' | 'sent' | 'waiting';

export function Reply({ messageId, author, hasOthers }: ReplyProps) {
  const t = texts().reply;
  const [step, setStep] = useState<Step>('asked');
  const isWriting = step === 'author' || step === 'all';
  const form = useReplyForm(isWriting);
  if (step === 'waiting') return <WaitingNote onChange={() => setStep('author')} />;
  if (step === 'sent') {
    return (
      <div class="box good no-print" role="status">
        <p>{t.sent(author)}</p>
      </div>
    );
  }
  if (step === 'asked') {
    return (
      <div class="row no-print">
        <Button onPress={() => setStep('author')}>{t.reply}</Button>
        {hasOthers && (
          <Button kind="second" onPress={() => setStep('all')}>
            {t.replyAll}
          </Button>
        )}
      </div>
    );
  }
  if (form.failure !== null) return <ProblemBox text={explain(form.failure)} onRetry={form.again} />;
  if (form.part === null) return <Skeleton />;
  const ReplyForm = form.part;
  return (
    <ReplyForm
      messageId={messageId}
      to={step}
      author={author}
      onSent={setStep}
      onClosed={() => setStep('asked')}
    />
  );
}

function useReplyForm(wanted: boolean) {
  const [part, setPart] = useState<typeof ReplyFormPart | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    setFailure(null);
    import('./reply-form.tsx').then(
      ({ ReplyForm }) => setPart(() => ReplyForm),
      // The browser doesn't say more than that it did not come.
      () => setFailure(new ApiFailure('offline', 0)),
    );
  }, [wanted, attempt]);
  return { part, failure, again: () => setAttempt(attempt + 1) };
}

/** It was sent, and goes by itself. */
function WaitingNote({ onChange }: { readonly onChange: () => void }) {
  const t = texts().reply;
  return (
    <div class="box no-print" role="status">
      <p>{t.waits}</p>
      <Button kind="second" small onPress={onChange}>
        {t.waitsLook}
      </Button>
    </div>
  );
}
