/**
 * Named steps of the message's path. The gateway calls `reach` as it passes each; the default does nothing, the
 * benchmark measures between them, and the crash tests kill the process there.
 */
export type StepName =
  | 'recipients-accepted'
  | 'content-arriving'
  | 'content-received'
  | 'content-sealed'
  | 'decided'
  | 'object-durable'
  | 'before-commit'
  | 'committed'
  | 'before-250'
  | 'delivery-claimed'
  | 'delivery-connecting'
  | 'delivery-content'
  | 'delivery-dot-sent'
  | 'delivery-acknowledged'
  | 'delivery-recorded'
  | 'hold-before-commit'
  | 'hold-committed'
  | 'summary-before-commit'
  | 'summary-committed'
  | 'opening-before-commit'
  | 'opening-committed'
  | 'opening-released';

export interface Steps {
  reach(step: StepName): void;
}

export const noSteps: Steps = { reach() {} };
