/** What the audit log records. Addresses, times, sizes, TLS facts; never subjects, names of files or content. */
export const AUDIT_EVENTS = [
  'message-accepted',
  'recipient-decided',
  'hold-released',
  'hold-cancelled',
  'delivery-handed-over',
  'delivery-captured',
  'delivery-deferred',
  'delivery-uncertain',
  'delivery-failed',
  'delivery-expired',
  'delivery-set-aside',
  'author-told-of-delay',
  'queue-retried',
  'queue-held',
  'queue-released',
  'queue-cancelled',
  'outbound-stopped',
  'outbound-started',
  'notice-bounced',
  'mail-returned',
  'channel-not-verified',
  'message-opened',
  'message-opened-again',
  'message-refused-to-reader',
  'recipient-locked',
  'reply-sent',
  'code-sent',
  'code-wrong',
  'account-registered',
  'signed-in',
  'sign-in-failed',
  'signed-out',
  'password-reset',
  'spool-key-destroyed',
  'content-destroyed',
  'tamper-detected',
  'partner-saved',
  'partner-removed',
  'partner-agreement-changed',
  'partner-warning',
  'partner-warning-over',
  'gateway-started',
  'gateway-stopped',
  'configuration-reloaded',
  'configuration-refused',
] as const;
export type AuditEventName = (typeof AUDIT_EVENTS)[number];

export interface AuditEvent {
  readonly event: AuditEventName;
  readonly messageId?: string | null;
  readonly recipientId?: string | null;
  readonly accountId?: string | null;
  /** Further facts, each a short value; what is null is left out. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}
