/** The way to a call, a letter, or somebody who reads it: for who can't or won't read here. */
import { texts } from '../locale/locale.ts';
import { Button } from '../parts/controls.tsx';
import type { LinkStepProps } from './link-step.ts';

/** Version of the words about the risks of email (docs/choices.md): kept with what somebody chose below them. */
export const READING_TEXT = '2026-11';

/** Nothing where nobody inside would be told: the help line is below. */
export function OtherWaysButton({ facts, onStep }: Pick<LinkStepProps, 'facts' | 'onStep'>) {
  const t = texts().link;
  if (!facts.otherWays) return null;
  return (
    <Button kind="plain" onPress={() => onStep({ at: 'other-ways' })}>
      {facts.otherWay === null ? t.otherWays : t.otherWayChosen}
    </Button>
  );
}
