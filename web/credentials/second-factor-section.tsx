/** The second step beside a password: on, off, and its recovery codes. */
import { useState } from 'preact/hooks';
import { Section } from '../account/parts.tsx';
import { call } from '../ui/api.ts';
import { Button } from '../ui/parts/controls.tsx';
import { ConfirmDialog, useCredentialChange, type SectionProps } from './credential-change.tsx';
import { useCredentialTexts } from './credential-texts.ts';
import { RecoveryCodes, SecondFactorSetUp } from './second-factor-setup.tsx';

interface MadeCodes {
  readonly recoveryCodes: readonly string[];
}

export function SecondFactorSection({ credentials, reload }: SectionProps) {
  const { account: t } = useCredentialTexts();
  const change = useCredentialChange(credentials);
  const [settingUp, setSettingUp] = useState(false);
  const [turningOff, setTurningOff] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const { on, required, recoveryCodesLeft } = credentials.secondFactor;

  function finish(): void {
    setSettingUp(false);
    setCodes(null);
    void reload();
  }

  return (
    <Section title={t.second}>
      {codes !== null ? (
        <RecoveryCodes codes={codes} onDone={finish} />
      ) : settingUp ? (
        <SecondFactorSetUp<MadeCodes>
          invitePath="/api/account/second-factor/setup"
          confirmPath="/api/account/second-factor"
          onDone={finish}
        />
      ) : (
        <>
          <p>{on ? t.secondOn : t.secondOff}</p>
          {on && <p>{t.codesLeft(recoveryCodesLeft)}</p>}
          <p class="aside">{t.secondWithPasskey}</p>
          {on && required && <p class="aside">{t.required}</p>}
          {change.shown}
          {on ? (
            <div class="row">
              <Button
                kind="second"
                busy={change.busy}
                onPress={() =>
                  change.run(async () => {
                    const made = await call<MadeCodes>('POST', '/api/account/recovery-codes');
                    setCodes(made.recoveryCodes);
                  })
                }
              >
                {t.newCodes}
              </Button>
              {!required && (
                <Button kind="plain" onPress={() => setTurningOff(true)}>
                  {t.turnOff}
                </Button>
              )}
            </div>
          ) : (
            <Button
              kind="second"
              busy={change.busy}
              onPress={() => change.run(async () => setSettingUp(true))}
            >
              {t.turnOn}
            </Button>
          )}
        </>
      )}
      {turningOff && (
        <ConfirmDialog
          title={t.turnOffTitle}
          text={t.turnOffText}
          action={t.turnOff}
          onClose={() => setTurningOff(false)}
          onConfirm={() =>
            change.run(async () => {
              await call('DELETE', '/api/account/second-factor');
              await reload();
            })
          }
        />
      )}
    </Section>
  );
}
