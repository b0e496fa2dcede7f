/** Another way than reading on the site: which one, how to be reached, then that the author was told. */
import { useState } from 'preact/hooks';
import { ApiFailure, call } from '../ui/api.ts';
import type { ChosenWayJson, OtherWay } from '../ui/api-types.ts';
import { codeOf, describeWait, explain } from '../ui/explain.ts';
import { formatDateTime, language, texts } from '../ui/locale/locale.ts';
import { Button, Field, ProblemBox } from '../ui/parts/controls.tsx';
import { Page } from '../ui/parts/page.tsx';
import { useRequest } from '../ui/use-request.ts';
import { otherWaysTexts } from './other-ways-texts.ts';

export interface OtherWaysProps {
  /** Path of the link's API. */
  readonly link: string;
  /** Name, or the address where none is known. */
  readonly author: string;
  /** Version of the words that were shown. */
  readonly text: string;
  /** What was asked for before; null: nothing. */
  readonly chosen: ChosenWayJson | null;
  readonly onBack: () => void;
}

type Step = { readonly at: 'ways' } | { readonly at: OtherWay } | { readonly at: 'done' };

export default function OtherWays({ chosen: first, ...props }: OtherWaysProps) {
  const [chosen, setChosen] = useState(first);
  const [step, setStep] = useState<Step>({ at: first === null ? 'ways' : 'done' });
  if (step.at === 'done' && chosen !== null)
    return <Told {...props} chosen={chosen} onAgain={() => setStep({ at: 'ways' })} />;
  if (step.at === 'ways' || step.at === 'done') return <Ways {...props} onChosen={(at) => setStep({ at })} />;
  return (
    <WayForm
      key={step.at}
      {...props}
      way={step.at}
      onBack={() => setStep({ at: 'ways' })}
      onTold={(told) => {
        setChosen(told);
        setStep({ at: 'done' });
      }}
    />
  );
}

type SharedProps = Omit<OtherWaysProps, 'chosen'>;

const WAYS: readonly OtherWay[] = ['call', 'letter', 'somebody'];

function Ways({ author, onChosen, onBack }: SharedProps & { readonly onChosen: (way: OtherWay) => void }) {
  const t = otherWaysTexts();
  return (
    <div class="card">
      <Page title={t.title} stepped tabTitle={texts().sendSecure}>
        <p>{t.lead(author)}</p>
        {WAYS.map((way) => (
          <p key={way}>
            <Button kind="second" wide onPress={() => onChosen(way)}>
              {t.ways[way]}
            </Button>
          </p>
        ))}
        <p class="divided">
          <Button kind="plain" onPress={onBack}>
            {t.read}
          </Button>
        </p>
      </Page>
    </div>
  );
}

interface WayFormProps extends SharedProps {
  readonly way: OtherWay;
  readonly onTold: (told: ChosenWayJson) => void;
}

const CONTACT_MAX_CHARACTERS = 300;

function WayForm({ way, link, author, text, onTold, onBack }: WayFormProps) {
  const t = otherWaysTexts();
  const [name, setName] = useState('');
  const [contact, setContact] = useState('');
  const telling = useRequest();
  const isNameMissing = telling.failure !== null && codeOf(telling.failure) === 'name-missing';
  const send = (): void =>
    telling.run(async () => {
      if (way === 'somebody' && name.trim() === '') throw new ApiFailure('name-missing', 0);
      const who = way === 'somebody' ? { name: name.trim() } : {};
      const choice = { way, ...who, contact: contact.trim(), text, locale: language.value };
      onTold(await call<ChosenWayJson>('POST', `${link}/other-way`, choice));
    });
  return (
    <div class="card">
      <Page title={t[way].title} stepped tabTitle={texts().sendSecure}>
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          {way === 'somebody' && (
            <Field
              id="reader-name"
              label={t.name}
              hint={t.nameHint}
              problem={isNameMissing ? t.nameMissing : null}
              input={{ type: 'text', autoComplete: 'off', value: name, onText: setName }}
            />
          )}
          <div class="field">
            <label for="contact">{t[way].contact}</label>
            <p class="hint" id="contact-hint">
              {t[way].hint(author)}
            </p>
            <textarea
              id="contact"
              class="short"
              rows={way === 'letter' ? 4 : 2}
              maxLength={CONTACT_MAX_CHARACTERS}
              autoComplete={way === 'call' ? 'tel' : way === 'letter' ? 'street-address' : 'off'}
              aria-describedby="contact-hint"
              value={contact}
              onInput={(event) => setContact(event.currentTarget.value)}
            />
          </div>
          <p>{t.whoSees(author)}</p>
          <p class="aside">{t.sure}</p>
          {telling.failure !== null && !isNameMissing && <ProblemBox text={failureOf(telling.failure)} />}
          <Button submit wide busy={telling.busy}>
            {telling.busy ? t.sending : t.send}
          </Button>
          <p class="divided">
            <Button kind="plain" onPress={onBack}>
              {texts().back}
            </Button>
          </p>
        </form>
      </Page>
    </div>
  );
}

function Told({
  author,
  chosen,
  onAgain,
  onBack,
}: SharedProps & { readonly chosen: ChosenWayJson; readonly onAgain: () => void }) {
  const t = otherWaysTexts();
  return (
    <div class="card">
      <Page title={t.doneTitle} stepped tabTitle={texts().sendSecure}>
        <p>
          {t.asked[chosen.way](author, formatDateTime(chosen.chosenAt))} {t.sure}
        </p>
        <p>{t.close}</p>
        <p class="divided">
          <Button kind="plain" onPress={onBack}>
            {t.read}
          </Button>{' '}
          <Button kind="plain" onPress={onAgain}>
            {t.another}
          </Button>
        </p>
      </Page>
    </div>
  );
}

function failureOf(failure: unknown): string {
  const wait = failure instanceof ApiFailure ? failure.number('retryAfterSeconds') : null;
  return codeOf(failure) === 'slow-down'
    ? otherWaysTexts().tooOften(describeWait(wait ?? 3600))
    : explain(failure);
}
