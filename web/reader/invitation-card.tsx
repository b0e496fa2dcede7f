/** An invitation as a card. Times show as the author wrote them; UTC ones in this device's time. */
import { language, texts } from '../ui/locale/locale.ts';
import type { CalendarTime, Invitation } from './calendar.ts';
import { displayText } from './safe-name.ts';

function write(time: CalendarTime, style: Intl.DateTimeFormatOptions): string {
  const { year, month, day, clock, zone } = time;
  const moment = new Date(Date.UTC(year, month - 1, day, clock?.hour ?? 0, clock?.minute ?? 0));
  // In a named zone as written, whatever this device's own zone is: the fields are put through UTC unchanged.
  const shownIn = zone === 'UTC' && clock !== null ? {} : { timeZone: 'UTC' };
  return new Intl.DateTimeFormat(language.value, { ...style, ...shownIn }).format(moment);
}

const DAY = { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' } as const;
const CLOCK = { hour: 'numeric', minute: '2-digit' } as const;

function sameDay(a: CalendarTime, b: CalendarTime): boolean {
  return a.year === b.year && a.month === b.month && a.day === b.day && a.zone === b.zone;
}

/** A whole day's end is exclusive (RFC 5545 section 3.6.1) and mostly the next day: it is left out. */
function describeWhen(start: CalendarTime, end: CalendarTime | null): string {
  if (start.clock === null) return `${write(start, DAY)}, ${texts().invitation.wholeDay}`;
  const from = write(start, { ...DAY, ...CLOCK });
  const zone =
    start.zone === null || start.zone === 'UTC' ? '' : ` (${displayText(start.zone.replace(/_/g, ' '), 60)})`;
  if (end === null || end.clock === null) return from + zone;
  return `${from} – ${write(end, sameDay(start, end) ? CLOCK : { ...DAY, ...CLOCK })}${zone}`;
}

export function InvitationCard({ invitation }: { readonly invitation: Invitation }) {
  const t = texts().invitation;
  const title =
    invitation.method === 'cancel' ? t.cancelled : invitation.method === 'reply' ? t.reply : t.title;
  return (
    <section class="box" aria-labelledby="invitation-title">
      <h2 id="invitation-title">
        {title}: {displayText(invitation.title)}
      </h2>
      <dl class="facts">
        {invitation.start !== null && (
          <>
            <dt>{t.when}</dt>
            <dd>{describeWhen(invitation.start, invitation.end)}</dd>
          </>
        )}
        {invitation.location !== '' && (
          <>
            <dt>{t.where}</dt>
            <dd>{displayText(invitation.location)}</dd>
          </>
        )}
        {invitation.organizer !== '' && (
          <>
            <dt>{t.organizer}</dt>
            <dd>{displayText(invitation.organizer)}</dd>
          </>
        )}
      </dl>
      <p class="hint">{t.hint}</p>
    </section>
  );
}
