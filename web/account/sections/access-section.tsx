/** Who reads with the owner of the account, and whose messages they read themselves. */
import { useState } from 'preact/hooks';
import { call } from '../../ui/api.ts';
import { formatDate } from '../../ui/locale/locale.ts';
import { Button, Field } from '../../ui/parts/controls.tsx';
import { MailAddress } from '../../ui/parts/mail-address.tsx';
import { useRequest } from '../../ui/use-request.ts';
import type { AccountAccess } from '../account.ts';
import type { SectionProps } from '../account-page.tsx';
import { useAccountTexts } from '../account-texts.ts';
import { DoneNote, Section, Select } from '../parts.tsx';
import { AccountProblem } from '../problem.tsx';

const DAY_MS = 86_400_000;
const PERIODS = ['7', '30', '90', '365', ''] as const;

export function AccessSection({ account, reload }: SectionProps) {
  const t = useAccountTexts().access;
  const [done, setDone] = useState<string | null>(null);
  const given = account.readers.filter(({ state }) => state === 'given');
  async function finish(text: string): Promise<void> {
    await reload();
    setDone(text);
  }
  return (
    <Section title={t.title}>
      <p>{t.lead}</p>
      <AccessList list={given} label={t.end} done={t.ended} finish={finish} />
      <DoneNote text={done} />
      <GiveForm account={account} finish={finish} />
      {account.readsFor.length > 0 && (
        <div class="divided">
          <h3>{t.readsFor}</h3>
          <AccessList list={account.readsFor} label={t.leave} done={t.left} finish={finish} own />
        </div>
      )}
    </Section>
  );
}

type Finish = (text: string) => Promise<void>;

interface AccessListProps {
  readonly list: readonly AccountAccess[];
  readonly label: string;
  readonly done: string;
  readonly finish: Finish;
  /** The reader's own: whom they read for is named. */
  readonly own?: boolean;
}

function AccessList({ list, label, done, finish, own }: AccessListProps) {
  const t = useAccountTexts().access;
  const ending = useRequest();
  return (
    <>
      <ul class="attachments">
        {list.map((one) => (
          <li key={one.id} class="file">
            <span class="file-name">
              <MailAddress address={own === true ? one.address : one.reader} />
              <span class="aside">
                {one.all ? t.all(one.address) : t.one(one.address)}{' '}
                {one.until === null ? t.noEnd : t.until(formatDate(one.until))}
              </span>
            </span>
            <Button
              kind="second"
              small
              label={`${label}: ${own === true ? one.address : one.reader}`}
              busy={ending.busy}
              onPress={() =>
                ending.run(async () => {
                  await call('POST', '/api/access/end', { id: one.id });
                  await finish(done);
                })
              }
            >
              {label}
            </Button>
          </li>
        ))}
      </ul>
      <AccountProblem failure={ending.failure} />
    </>
  );
}

function GiveForm({
  account,
  finish,
}: {
  readonly account: SectionProps['account'];
  readonly finish: Finish;
}) {
  const t = useAccountTexts().access;
  const [address, setAddress] = useState(account.addresses[0]?.address ?? '');
  const [reader, setReader] = useState('');
  const [days, setDays] = useState<string>('30');
  const giving = useRequest();
  function give(): void {
    giving.run(async () => {
      const until = days === '' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      await call('POST', '/api/access/give', { address, reader, until });
      setReader('');
      await finish(t.allowed(reader.trim()));
    });
  }
  return (
    <form
      noValidate
      class="divided"
      onSubmit={(event) => {
        event.preventDefault();
        give();
      }}
    >
      <Field
        id="access-reader"
        label={t.reader}
        hint={t.readerHint}
        input={{ type: 'email', autoComplete: 'off', value: reader, onText: setReader }}
      />
      {account.addresses.length > 1 && (
        <Select
          id="access-address"
          label={t.which}
          value={address}
          choices={account.addresses.map((one) => ({ value: one.address, label: one.address }))}
          onChoose={setAddress}
        />
      )}
      <Select
        id="access-until"
        label={t.howLong}
        value={days}
        choices={PERIODS.map((value) => ({ value, label: value === '' ? t.shared : t.days(Number(value)) }))}
        onChoose={setDays}
      />
      <AccountProblem failure={giving.failure} />
      <Button kind="second" submit busy={giving.busy}>
        {t.give}
      </Button>
    </form>
  );
}
