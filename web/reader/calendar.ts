/**
 * Reads as much of an invitation (iCalendar, RFC 5545) as its card shows: title, when, where, who asks. The first
 * VEVENT only; no recurrence, no alarms. Times in a named zone stay as written, with the zone's name.
 */

export interface CalendarTime {
  /** Wall-clock fields as written. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Null for a whole day. */
  readonly clock: { readonly hour: number; readonly minute: number } | null;
  /** `UTC`, a zone's name as written, or null where the time floats. */
  readonly zone: string | null;
}

export interface Invitation {
  readonly method: 'request' | 'cancel' | 'reply' | 'publish' | 'other';
  readonly title: string;
  readonly start: CalendarTime | null;
  readonly end: CalendarTime | null;
  readonly location: string;
  readonly organizer: string;
}

interface ContentLine {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
}

/** RFC 5545 section 3.1: name, parameters (quoted ones may hold `:` and `;`), value. */
function parseContentLine(line: string): ContentLine | null {
  const match =
    /^([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(.*)$/s.exec(line);
  if (match === null) return null;
  const parameters = new Map<string, string>();
  for (const piece of (match[2] ?? '').matchAll(/;([A-Za-z0-9-]+)=("[^"]*"|[^;]*)/g)) {
    parameters.set((piece[1] ?? '').toUpperCase(), (piece[2] ?? '').replace(/^"|"$/g, ''));
  }
  return { name: (match[1] ?? '').toUpperCase(), parameters, value: match[3] ?? '' };
}

function unescapeText(value: string): string {
  return value.replace(/\\([nN,;\\])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character));
}

function parseTime(line: ContentLine): CalendarTime | null {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z)?)?$/.exec(line.value.trim());
  if (match === null) return null;
  const clock = match[4] === undefined ? null : { hour: Number(match[4]), minute: Number(match[5]) };
  const zone = match[7] === 'Z' ? 'UTC' : (line.parameters.get('TZID') ?? null);
  return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]), clock, zone };
}

function organizerOf(line: ContentLine): string {
  const address = line.value.replace(/^mailto:/i, '');
  const name = line.parameters.get('CN');
  return name === undefined || name === '' ? address : `${name} <${address}>`;
}

const METHODS = ['request', 'cancel', 'reply', 'publish'] as const;

/** Null where the text holds no event. */
export function parseInvitation(text: string): Invitation | null {
  const lines = text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .slice(0, 5000);
  const event = new Map<string, ContentLine>();
  let method: Invitation['method'] = 'publish';
  const open: string[] = [];
  for (const raw of lines) {
    const line = parseContentLine(raw);
    if (line === null) continue;
    if (line.name === 'BEGIN') open.push(line.value.trim().toUpperCase());
    else if (line.name === 'END') {
      if (open.pop() === 'VEVENT') break;
    } else if (line.name === 'METHOD' && open.length === 1) {
      method = METHODS.find((known) => known === line.value.trim().toLowerCase()) ?? 'other';
    } else if (open.length === 2 && open[1] === 'VEVENT' && !event.has(line.name)) event.set(line.name, line);
  }
  if (event.size === 0) return null;
  const textOf = (name: string): string => unescapeText(event.get(name)?.value ?? '').trim();
  const timeOf = (name: string): CalendarTime | null => {
    const line = event.get(name);
    return line === undefined ? null : parseTime(line);
  };
  const organizer = event.get('ORGANIZER');
  return {
    method,
    title: textOf('SUMMARY'),
    start: timeOf('DTSTART'),
    end: timeOf('DTEND'),
    location: textOf('LOCATION'),
    organizer: organizer === undefined ? '' : organizerOf(organizer),
  };
}
