/** What a person reads when the gateway has started. */
import type { Settings } from '#src/config/settings.ts';
import { startupNotices } from '#src/config/startup-notices.ts';

export interface StartedOn {
  readonly smtpPort: number;
  readonly returnsPort: number | null;
  /** What the running gateway found, beside what its configuration says. */
  readonly findings: readonly string[];
}

export function banner(settings: Settings, started: StartedOn): string {
  const { smtp, returns, publicUrl, delivery, console: staff } = settings;
  const captured = delivery.nextHop.kind === 'capture';
  const notices = startupNotices(settings);
  const unprotected = notices.filter(({ level }) => level === 'unprotected');
  const missing = notices.filter(({ level }) => level === 'missing');
  const warnings = [
    ...started.findings,
    ...notices.flatMap(({ level, text }) => (level === 'warning' ? [text] : [])),
  ];
  const lines = [
    '',
    `Send Secure is running for ${settings.organization.name}.`,
    '',
    ...unprotected.flatMap(({ text }) => [`!!! ${text}.`, '']),
    `  Mail from your servers   smtp://${smtp.listen.host}:${started.smtpPort}`,
    ...(returns.listen === null
      ? []
      : [`  Mail that comes back     smtp://${returns.listen.host}:${started.returnsPort ?? ''}`]),
    `  Recipients’ site         ${publicUrl}`,
    `  Staff pages              ${staff.publicUrl}`,
    ...(captured ? [`  Captured mail            ${staff.publicUrl}/captured`] : []),
    '',
    `  Data   ${settings.dataDir}   (sealed messages and the database)`,
    `  Keys   ${settings.keysDir}   (without them no message can be opened)`,
    '  Back up both ("sendsecure backup"), and each in another place: whoever has both can read everything.',
    '',
    ...(missing.length === 0
      ? []
      : ['Before real mail you still need:', ...missing.map(({ text }) => `  - ${text}`), '']),
    ...(warnings.length === 0 ? [] : ['Please look at:', ...warnings.map((text) => `  - ${text}`), '']),
    ...(captured ? ['To try it, in a second terminal:', '  npm run demo', ''] : []),
  ];
  return `${lines.join('\n')}\n`;
}
