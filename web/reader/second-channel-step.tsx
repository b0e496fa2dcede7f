/** Typing what the author told by telephone: one field; then the message opens as any other. */
import { useEffect, useState } from 'preact/hooks';

import { ApiFailure, call } from '../ui/api.ts';
import { codeOf, explain } from '../ui/explain.ts';
import { language, texts } from '../ui/locale/locale.ts';
import { Button, Field, PageSkeleton, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { site } from '../ui/site.ts';
import { useRequest } from '../ui/use-request.ts';
import type { SecondChannelProps } from './second-channel.tsx';
import { displayText } from './safe-name.ts';
import { SECOND_CHANNEL_TEXTS } from './second-channel-texts.ts';

interface Asked {
  readonly author: { readonly address: string };
  readonly kind: 'code' | 'passphrase' | 'none';
}

export function SecondChannelStep({ messageId, onProven }: SecondChannelProps) {
  const path = `/api/messages/${encodeURIComponent(messageId)}/verify`;
  const [asked, setAsked] = useState<Asked | null>(null);
  const loading = useRequest();
  const load = (): void => loading.run(async () => setAsked(await call<Asked>('GET', path)));
  useEffect(load, [messageId]);
  if (loading.failure !== null) return <ProblemBox text={explain(loading.failure)} onRetry={load} />;
  if (asked === null) return <PageSkeleton label={texts().reader.opening} />;
  return <Shown asked={asked} path={path} onProven={onProven} onLook={load} />;
}

interface ShownProps {
  readonly asked: Asked;
  readonly path: string;
  readonly onProven: () => void;
  readonly onLook: () => void;
}

function Shown({ asked, path, onProven, onLook }: ShownProps) {
  const t = SECOND_CHANNEL_TEXTS[language.value];
  const author = displayText(asked.author.address);
  const line = site.value?.helpLine ?? null;
  const isPhrase = asked.kind === 'passphrase';
  return (
    <div class="card">
      <Page title={isPhrase ? t.passphraseTitle : t.title} tabTitle={texts().sendSecure}>
        <p>{isPhrase ? t.passphraseWhy(author) : t.why(author)}</p>
        <p>
          {isPhrase ? t.passphraseCall(author) : t.call(author)} {t.callNumber}
        </p>
        {asked.kind === 'none' ? (
          <>
            <p role="status">{t.none}</p>
            <Button wide onPress={onLook}>
              {t.again}
            </Button>
          </>
        ) : (
          <AnswerForm kind={asked.kind} path={path} onProven={onProven} />
        )}
        <div class="divided">
          {line !== null && <p class="aside">{texts().callHelpLine(line.phone)}</p>}
          <p>
            <a href="/messages">{texts().reader.allMessages}</a>
          </p>
        </div>
      </Page>
    </div>
  );
}

interface AnswerProps {
  readonly kind: 'code' | 'passphrase';
  readonly path: string;
  readonly onProven: () => void;
}

function AnswerForm({ kind, path, onProven }: AnswerProps) {
  const t = SECOND_CHANNEL_TEXTS[language.value];
  const [answer, setAnswer] = useState('');
  const checking = useRequest();
  const isCode = kind === 'code';
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        checking.run(async () => {
          await call('POST', path, { answer });
          onProven();
        });
      }}
    >
      <Field
        id="answer"
        label={isCode ? t.label : t.passphraseLabel}
        hint={isCode ? t.hint : t.passphraseHint}
        problem={checking.failure === null ? null : problemOf(checking.failure, t.noneLeft)}
        input={{
          type: 'text',
          autoComplete: isCode ? 'one-time-code' : 'off',
          autoCapitalize: 'off',
          spellcheck: false,
          value: answer,
          onText: setAnswer,
          ...(isCode && { class: 'code long', inputMode: 'numeric' as const }),
        }}
      />
      <Button submit wide busy={checking.busy}>
        {checking.busy ? t.opening : t.open}
      </Button>
    </form>
  );
}

function problemOf(failure: unknown, noneLeft: string): string {
  const used = failure instanceof ApiFailure && failure.number('triesLeft') === 0;
  return used || codeOf(failure) === 'code-not-made' ? noneLeft : explain(failure);
}
