/** The words of the daily summary; every language has them all. */
import type { SummaryState } from '../summary.ts';

type Phrase<Values> = (values: Values) => string;

export interface SummaryWords {
  readonly subject: Phrase<{ day: string; sent: number; opened: number }>;
  readonly title: string;
  readonly intro: string;
  /** Single mails were chosen again: this is the rest. */
  readonly introLast: string;
  readonly sentFact: string;
  readonly openedFact: string;
  readonly to: Phrase<{ who: string }>;
  readonly sent: Phrase<{ moment: string }>;
  readonly sentWithCode: Phrase<{ moment: string; code: string }>;
  readonly state: Readonly<Record<SummaryState, string>>;
  readonly opened: Phrase<{ moment: string }>;
  readonly openedFor: Phrase<{ reader: string; moment: string }>;
  readonly moreRecipients: Phrase<{ more: number }>;
  readonly moreMessages: Phrase<{ more: number }>;
  readonly page: string;
  readonly choiceTitle: string;
  readonly choiceSingle: string;
  readonly choiceSummary: string;
}
