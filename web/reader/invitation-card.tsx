/** An invitation as a card. Times show as the author wrote them; UTC ones in this device's time. */
import { language, texts } from '../ui/locale/locale.ts';
import type { CalendarTime, Invitation } from './calendar.ts';
import { displayText } from './safe-name.ts';

function describeTime(time: CalendarTime): string {
  const { year, month, day, clock, zone } = time;
  const t = texts();
  if (zone === 'UTC' && clock !== null) {
    const moment = new Date(Date.UTC(year, month - 1, day, clock.hour, clock.minute));
    return new Intl.DateTimeFormat(language.value, {
      dateStyle: 'full',
      timeStyle: 'short',
    } as object).format(moment);
  }
  // As written, whatever this device's own zone is: the fields are put through UTC unchanged.
  const moment = new Date(Date.UTC(year, month - 1, day, clock?.hour ?? 0, clock?.minute ?? 0));
  const style = { dateStyle: 'full', ...(clock === null ? {} : { timeStyle: 'short' }), timeZone: 'UTC' };
  const written = new Intl.DateTimeFormat(language.value, style as object).format(moment);
  if (clock === null) return `${written}, ${t.invitation.wholeDay}`;
  return zone === null ? written : `${written} (${displayText(zone.replace(/_/g, ' '), 60)})`;
}

/** A whole day's end is exclusive (RFC 5545 section 3.6.1): one day needs no "until". */
function endOf(invitation: Invitation): CalendarTime | null {
  const { start, end } = invitation;
  if (start === null || end === null || end.clock === null) return null;
  return start.clock !== null && start.day === end.day && start.month === end.month && start.year === end.year
    ? null
    : end;
}

function sameDayEnd(invitation: Invitation): string {
  const { start, end } = invitation;
  if (start?.clock == null || end?.clock == null || endOf(invitation) !== null) return '';
  if (start.zone !== end.zone) return '';
  const zone = start.zone === 'UTC' ? {} : { timeZone: 'UTC' };
  const moment = new Date(Date.UTC(end.year, end.month - 1, end.day, end.clock.hour, end.clock.minute));
  return ` – ${new Intl.DateTimeFormat(language.value, { timeStyle: 'short', ...zone } as object).format(moment)}`;
}

export function InvitationCard({ invitation }: { readonly invitation: Invitation }) {
  const t = texts().invitation;
  const title =
    invitation.method === 'cancel' ? t.cancelled : invitation.method === 'reply' ? t.reply : t.title;
  const later = endOf(invitation);
  return (
    <section class="box" aria-labelledby="invitation-title">
      <h2 id="invitation-title">
        {title}: {displayText(invitation.title)}
      </h2>
      <dl class="facts">
        {invitation.start !== null && (
          <>
            <dt>{t.when}</dt>
            <dd>
              {describeTime(invitation.start)}
              {sameDayEnd(invitation)}
              {later !== null && ` – ${describeTime(later)}`}
            </dd>
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
