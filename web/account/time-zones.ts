/** The time zones to choose from. Browsers that can't list them get the ones of the countries most people write from. */

const FEW = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
  'America/Puerto_Rico',
  'America/Mexico_City',
  'Europe/London',
  'Europe/Madrid',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Manila',
  'UTC',
] as const;

/** IANA names; `kept` is among them. */
export function timeZones(kept: string | null): readonly string[] {
  const known = everyZone() ?? FEW;
  return kept === null || known.includes(kept) ? known : [kept, ...known];
}

export function deviceTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Null in browsers before 2022. */
function everyZone(): readonly string[] | null {
  const list = (Intl as { supportedValuesOf?: (kind: 'timeZone') => string[] }).supportedValuesOf;
  return list === undefined ? null : list('timeZone');
}
