/** Language, time zone and size of letters: kept in the account, so that they hold on every device. */
import { useState } from 'preact/hooks';
import { explain } from '../../ui/explain.ts';
import { LANGUAGES, type Language } from '../../ui/locale/locale.ts';
import { Button, ProblemBox } from '../../ui/parts/controls.tsx';
import { keepPreferences } from '../../ui/preferences.ts';
import { useRequest } from '../../ui/use-request.ts';
import type { SectionProps } from '../account-page.tsx';
import { useAccountTexts } from '../account-texts.ts';
import { DoneNote, Section, Select } from '../parts.tsx';
import { deviceTimeZone, timeZones } from '../time-zones.ts';

const OF_DEVICE = '';

export function PreferencesSection({ account, reload }: SectionProps) {
  const t = useAccountTexts().preferences;
  const [chosen, setChosen] = useState(account.preferences);
  const [saved, setSaved] = useState(false);
  const saving = useRequest();

  function choose(changed: Partial<typeof chosen>): void {
    setSaved(false);
    setChosen({ ...chosen, ...changed });
  }
  return (
    <Section title={t.title}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          saving.run(async () => {
            await keepPreferences(chosen);
            await reload();
            setSaved(true);
          });
        }}
      >
        <Select
          id="preferred-language"
          label={t.language}
          value={chosen.language}
          choices={(Object.keys(LANGUAGES) as Language[]).map((value) => ({
            value,
            label: LANGUAGES[value],
          }))}
          onChoose={(language) => choose({ language })}
        />
        <Select
          id="preferred-zone"
          label={t.timeZone}
          value={chosen.timeZone ?? OF_DEVICE}
          choices={[
            { value: OF_DEVICE, label: t.zoneOfDevice(deviceTimeZone().replaceAll('_', ' ')) },
            ...timeZones(chosen.timeZone).map((value) => ({ value, label: value.replaceAll('_', ' ') })),
          ]}
          onChoose={(zone) => choose({ timeZone: zone === OF_DEVICE ? null : zone })}
        />
        <Select
          id="preferred-letters"
          label={t.letters}
          value={chosen.largerText ? 'larger' : 'normal'}
          choices={[
            { value: 'normal', label: t.normal },
            { value: 'larger', label: t.larger },
          ]}
          onChoose={(size) => choose({ largerText: size === 'larger' })}
        />
        {saving.failure !== null && <ProblemBox text={explain(saving.failure)} />}
        <DoneNote text={saved ? t.saved : null} />
        <Button submit busy={saving.busy}>
          {t.save}
        </Button>
      </form>
    </Section>
  );
}
