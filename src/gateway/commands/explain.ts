/** What would happen to a message, for the command line. The subject is looked at and kept nowhere. */
import { Type } from 'typebox';

import { controlCommand } from '#src/control/control-command.ts';
import { whatIfWords } from '#src/partners/what-if-words.ts';

import type { Core } from '../core.ts';
import { whatIf } from '../what-if.ts';

const Words = Type.Union([Type.String(), Type.Null()]);

export const explainCommand = controlCommand({
  name: 'explain',
  request: Type.Object({ from: Type.String(), to: Type.String(), subject: Type.String() }),
  answer: Type.Object({
    /** `relay`, `protect`, `hold`, `return`, `refuse`; `invalid` where there is nothing to decide. */
    action: Type.String(),
    rule: Words,
    decision: Type.String(),
    why: Type.String(),
    route: Type.String(),
    state: Words,
  }),
  async run(core: Core, question) {
    const answer = await whatIf(core, question);
    const words = whatIfWords(answer, core.settings.organization.language);
    const action =
      answer.kind === 'decided' ? answer.decision.action : answer.kind === 'invalid' ? 'invalid' : 'refuse';
    return { action, ...words };
  },
});
