/** What the configuration that runs now says, for the page of defaults: no secret, no path of a key. */
import type { Settings } from '#src/config/settings.ts';
import type { DefaultInForce } from '#src/console/administration/defaults-page.ts';

const MEBIBYTE = 1024 * 1024;
const days = (count: number): string => (count === 0 ? 'never' : `${count} ${count === 1 ? 'day' : 'days'}`);
const most = (count: number): string => (count === 0 ? 'no limit' : String(count));
const megabytes = (bytes: number): string => `${Math.round((bytes / MEBIBYTE) * 10) / 10} MiB`;
const list = (items: readonly string[]): string => (items.length === 0 ? 'none' : items.join(', '));

export function defaultsInForce(settings: Settings): readonly DefaultInForce[] {
  const { organization, limits, hold, reminders, notice, delivery, replies, antivirus, rules } = settings;
  const scans = antivirus.clamd !== null || replies.inboundFilter;
  return [
    {
      name: 'Which mail is protected',
      value:
        organization.encrypt === 'all-external'
          ? 'all mail to outside'
          : 'mail with the code, a rule or a protected thread',
      key: '[organization] encrypt',
    },
    { name: 'Codes beside “send secure”', value: list(organization.codes), key: '[organization] codes' },
    { name: 'Rules by header fields', value: String(rules.length), key: '[[rules]]' },
    {
      name: 'Observe mode',
      value: organization.mode === 'observe' ? 'ON: nothing is protected' : 'off',
      key: '[organization] mode',
    },
    { name: 'Authors only observed', value: list(organization.observe), key: '[organization] observe' },
    { name: 'A message is kept', value: days(limits.keepDays), key: '[limits] keepDays' },
    {
      name: 'Recipients are reminded after',
      value: days(reminders.recipientDays),
      key: '[reminders] recipientDays',
    },
    {
      name: 'Authors are told of the unread after',
      value: days(reminders.authorDays),
      key: '[reminders] authorDays',
    },
    {
      name: 'A likely slip of the code waits',
      value: `${hold.minutes} minutes, then it is ${hold.unanswered === 'secure' ? 'sent secured' : 'returned'}`,
      key: '[hold] minutes, unanswered',
    },
    {
      name: 'A message over a limit waits',
      value: `${hold.officerHours} hours, then it is returned`,
      key: '[hold] officerHours',
    },
    {
      name: 'Recipients of an author in an hour',
      value: most(limits.authorRecipientsPerHour),
      key: '[limits] authorRecipientsPerHour',
    },
    {
      name: 'New recipients of an author in a day',
      value: most(limits.authorNewRecipientsPerDay),
      key: '[limits] authorNewRecipientsPerDay',
    },
    {
      name: 'Largest secure message',
      value: megabytes(limits.secureMessageBytes),
      key: '[limits] secureMessageMB',
    },
    {
      name: 'Largest file in one',
      value: megabytes(limits.secureAttachmentBytes),
      key: '[limits] secureAttachmentMB',
    },
    {
      name: 'Notices come from',
      value: notice.from === 'author' ? 'the author, where we may sign for them' : 'the service address',
      key: '[notice] from',
    },
    {
      name: 'Files in replies',
      value: scans ? 'allowed, looked at first' : 'off: nobody would look at them',
      key: '[antivirus] clamd, [replies] inboundFilter',
    },
    {
      name: 'Partners are checked',
      value: delivery.probeHours === 0 ? 'only when asked' : `every ${delivery.probeHours} hours`,
      key: '[delivery] probeHours',
    },
    { name: 'Partners in the file', value: String(settings.partners.length), key: '[[partners]]' },
    { name: 'Subject of notices', value: notice.outerSubject, key: '[notice] outerSubject' },
    {
      name: 'Security officer',
      value: organization.securityOfficer ?? 'none: the service address is told',
      key: '[organization] securityOfficer',
    },
    {
      name: 'Privacy officer',
      value: organization.privacyOfficer ?? 'none: the security officer is told',
      key: '[organization] privacyOfficer',
    },
  ];
}
