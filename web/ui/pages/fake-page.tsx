/** "Is this from us?", for a whole mail: pasted or chosen, looked at by the portal, answered in plain words. */
import { useRef, useState } from 'preact/hooks';
import { FAKE_TEXTS, type FakeTexts, type FakeVerdict } from '../../help/fake-texts.ts';
import { call } from '../api.ts';
import type { Judgement } from '../api-types.ts';
import { codeOf, explain } from '../explain.ts';
import { formatDateTime, language, texts } from '../locale/locale.ts';
import { Button, Field, ProblemBox } from '../parts/controls.tsx';
import { Page } from '../parts/page.tsx';
import { site } from '../site.ts';
import { linksOfClipboard, octetsToCheck } from '../suspect-mail.ts';
import { useRequest } from '../use-request.ts';

const LOOKS: Readonly<Record<FakeVerdict, string>> = {
  genuine: 'good',
  forwarded: 'warn',
  changed: 'warn',
  fake: 'bad',
  unknown: 'warn',
};

export default function FakePage() {
  const t = FAKE_TEXTS[language.value];
  const [words, setWords] = useState('');
  const [links, setLinks] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [address, setAddress] = useState('');
  const [answer, setAnswer] = useState<Judgement | null>(null);
  const checking = useRequest();
  const problem = checking.failure === null ? null : problemOf(t, checking.failure);

  function check(): void {
    setAnswer(null);
    checking.run(async () => {
      const mail = await octetsToCheck(file, words, links);
      setAnswer(await call<Judgement>('POST', '/api/check/mail', { mail, address: address.trim() }));
    });
  }

  return (
    <div class="card">
      <Page title={t.title}>
        <p>{t.lead}</p>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            check();
          }}
        >
          {file === null && (
            <Words
              t={t}
              words={words}
              problem={problem}
              onWords={(text) => {
                setWords(text);
                if (text === '') setLinks('');
              }}
              onLinks={setLinks}
            />
          )}
          <Chooser t={t} file={file} problem={file === null ? null : problem} onFile={setFile} />
          <Field
            id="suspect-address"
            label={t.addressLabel}
            hint={t.addressHint}
            input={{
              type: 'email',
              autoComplete: 'email',
              autoCapitalize: 'off',
              value: address,
              onText: setAddress,
            }}
          />
          {checking.failure !== null && problem === null && <ProblemBox text={explain(checking.failure)} />}
          <Button submit wide busy={checking.busy}>
            {checking.busy ? t.checking : t.submit}
          </Button>
        </form>
        <div role="status" class="spaced">
          {answer !== null && <Answer t={t} answer={answer} />}
        </div>
        <p class="divided">
          <a href="/check">{t.byCode}</a>
        </p>
      </Page>
    </div>
  );
}

/** What is wrong with the mail that was given; null: something else failed. */
function problemOf(t: FakeTexts, failure: unknown): string | null {
  switch (codeOf(failure)) {
    case 'mail-missing':
      return t.nothing;
    case 'mail-too-large':
    case 'http-413':
      return t.tooLarge;
    case 'mail-not-readable':
      return t.notReadable;
    default:
      return null;
  }
}

interface WordsProps {
  readonly t: FakeTexts;
  readonly words: string;
  readonly problem: string | null;
  readonly onWords: (text: string) => void;
  readonly onLinks: (links: string) => void;
}

function Words({ t, words, problem, onWords, onLinks }: WordsProps) {
  return (
    <div class="field">
      <label for="suspect-words">{t.wordsLabel}</label>
      <p class="hint" id="suspect-words-hint">
        {t.wordsHint}
      </p>
      <textarea
        id="suspect-words"
        rows={6}
        spellcheck={false}
        value={words}
        onInput={(event) => onWords(event.currentTarget.value)}
        onPaste={(event) => onLinks(linksOfClipboard(event.clipboardData?.getData('text/html') ?? ''))}
        aria-invalid={problem === null ? undefined : 'true'}
        aria-describedby={problem === null ? 'suspect-words-hint' : 'suspect-words-hint suspect-problem'}
      />
      <Problem text={problem} />
    </div>
  );
}

function Problem({ text }: { readonly text: string | null }) {
  return (
    <div role="alert">
      {text !== null && (
        <p class="problem" id="suspect-problem">
          {text}
        </p>
      )}
    </div>
  );
}

interface ChooserProps {
  readonly t: FakeTexts;
  readonly file: File | null;
  readonly problem: string | null;
  readonly onFile: (file: File | null) => void;
}

function Chooser({ t, file, problem, onFile }: ChooserProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div class="field">
      {file === null ? (
        <>
          <p class="hint">{t.fileHint}</p>
          <Button kind="second" small onPress={() => input.current?.click()}>
            {t.choose}
          </Button>
        </>
      ) : (
        <>
          <p>{t.chosen(file.name)}</p>
          <Button kind="second" small onPress={() => onFile(null)}>
            {t.remove}
          </Button>
          <Problem text={problem} />
        </>
      )}
      <input
        ref={input}
        type="file"
        accept=".eml,.txt,message/rfc822,text/plain"
        hidden
        aria-label={t.choose}
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0] ?? null);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}

function Answer({ t, answer }: { readonly t: FakeTexts; readonly answer: Judgement }) {
  const { verdict, message, elsewhere, organization } = answer;
  const line = site.value?.helpLine ?? null;
  const words = t.answer[verdict];
  const next = t.next[verdict];
  return (
    <div class={`box ${LOOKS[verdict]}`}>
      <h2>{words.title}</h2>
      <p>
        {message !== undefined &&
          t.from(message.author.address, organization, formatDateTime(message.sentAt))}{' '}
        {verdict === 'forwarded' && message !== undefined ? t.writtenTo(message.maskedAddress) : words.text}
      </p>
      {answer.addressMissing && verdict === 'unknown' && <p>{t.addressMissing}</p>}
      {elsewhere.length > 0 && verdict !== 'genuine' && (
        <>
          <p>{t.elsewhere}</p>
          <ul>
            {elsewhere.map((host) => (
              <li key={host}>{host}</li>
            ))}
          </ul>
        </>
      )}
      {next.length > 0 && (
        <>
          <h3>{t.nextTitle}</h3>
          <ul>
            {next.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ul>
        </>
      )}
      {answer.officerTold && <p>{t.officerTold}</p>}
      {verdict !== 'genuine' && line !== null && <p>{texts().callHelpLine(line.phone)}</p>}
    </div>
  );
}
