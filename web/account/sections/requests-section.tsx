/**
 * Who asks to read a message of the owner's, and who read before a reset of the password. Above everything else: the mail
 * that says so leads to this page.
 */
import { useState } from 'preact/hooks';
import { call } from '../../ui/api.ts';
import { Button } from '../../ui/parts/controls.tsx';
import { useRequest } from '../../ui/use-request.ts';
import type { AccountAccess } from '../account.ts';
import type { SectionProps } from '../account-page.tsx';
import { useAccountTexts } from '../account-texts.ts';
import { DoneNote, Section } from '../parts.tsx';
import { AccountProblem } from '../problem.tsx';

export function RequestsSection({ account, reload }: SectionProps) {
  const t = useAccountTexts().access;
  const [done, setDone] = useState<string | null>(null);
  const asked = account.readers.filter(({ state }) => state === 'asked');
  const resting = account.readers.filter(({ state }) => state === 'rests');
  if (asked.length + resting.length === 0 && done === null) return null;
  const finish = async (text: string): Promise<void> => {
    await reload();
    setDone(text);
  };
  return (
    <Section title={t.requests}>
      {asked.map((one) => (
        <Asked key={one.id} access={one} finish={finish} />
      ))}
      {resting.map((one) => (
        <Resting key={one.id} access={one} finish={finish} />
      ))}
      <DoneNote text={done} />
    </Section>
  );
}

interface AskedProps {
  readonly access: AccountAccess;
  readonly finish: (text: string) => Promise<void>;
}

function Asked({ access, finish }: AskedProps) {
  const t = useAccountTexts().access;
  const answering = useRequest();
  function answer(allow: boolean): void {
    answering.run(async () => {
      await call('POST', '/api/access/answer', { id: access.id, allow });
      await finish(allow ? t.allowed(access.reader) : t.refused);
    });
  }
  return (
    <div class="box">
      <p>{t.asks(access.reader, access.address)}</p>
      <p>{t.asksOnly}</p>
      <AccountProblem failure={answering.failure} />
      <div class="row">
        <Button small busy={answering.busy} onPress={() => answer(true)}>
          {t.allow}
        </Button>
        <Button kind="second" small onPress={() => answer(false)}>
          {t.refuse}
        </Button>
      </div>
    </div>
  );
}

/** Somebody else may have given it before the password was reset. */
function Resting({ access, finish }: AskedProps) {
  const t = useAccountTexts().access;
  const answering = useRequest();
  return (
    <div class="box">
      <p>{t.rests(access.reader)}</p>
      <p>{access.all ? t.all(access.address) : t.one(access.address)}</p>
      <AccountProblem failure={answering.failure} />
      <div class="row">
        <Button
          small
          busy={answering.busy}
          onPress={() =>
            answering.run(async () => {
              await call('POST', '/api/access/answer', { id: access.id, allow: true });
              await finish(t.allowed(access.reader));
            })
          }
        >
          {t.allowAgain}
        </Button>
        <Button
          kind="second"
          small
          onPress={() =>
            answering.run(async () => {
              await call('POST', '/api/access/end', { id: access.id });
              await finish(t.ended);
            })
          }
        >
          {t.refuse}
        </Button>
      </div>
    </div>
  );
}
