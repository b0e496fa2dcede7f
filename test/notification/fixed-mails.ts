/** One mail of each kind with data that never changes: for the golden files, the checks over all mails, the pictures. */
import { type AccessData, renderAccess } from '#src/notification/access.ts';
import { type AccountChangeData, renderAccountChange } from '#src/notification/account-change.ts';
import { type AskedAgainData, renderAskedAgain } from '#src/notification/asked-again.ts';
import { type BounceData, renderBounce, renderDelay } from '#src/notification/bounce.ts';
import { renderCode } from '#src/notification/code.ts';
import { type HeldData, renderHeld } from '#src/notification/held.ts';
import type { HelpLine, MailSite } from '#src/notification/mail-site.ts';
import { type NoticeData, renderNotice } from '#src/notification/notice.ts';
import { type NotForMeData, renderNotForMe } from '#src/notification/not-for-me.ts';
import { type NotOpenedData, renderNotOpened } from '#src/notification/not-opened.ts';
import {
  type OfficerHoldData,
  renderOfficerQuestion,
  renderWaitsForOfficer,
} from '#src/notification/officer-hold.ts';
import { type OpenedData, renderOpened } from '#src/notification/opened.ts';
import { type OtherWayData, renderOtherWay } from '#src/notification/other-way.ts';
import { type PartnerReportData, renderPartnerReport } from '#src/notification/partner-report.ts';
import { renderReplyFailed, type ReplyFailedData } from '#src/notification/reply-failed.ts';
import { renderPassedOn, type PassedOnData } from '#src/notification/passed-on.ts';
import { renderReturned, type ReturnedData } from '#src/notification/returned.ts';
import { renderSecured, type SecuredData } from '#src/notification/secured.ts';
import { renderSummary, type SummaryData } from '#src/notification/summary.ts';
import { renderSuspectMail, type SuspectReport } from '#src/notification/suspect-mail.ts';
import { renderWrongRecipient, type WrongRecipientData } from '#src/notification/wrong-recipient.ts';
import { renderStaffLink, type StaffLinkData } from '#src/notification/staff-link.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';
import { credentialChanges } from '#src/notification/catalog/credentials-en.ts';
import { renderResetStarted, type ResetStartedData } from '#src/notification/reset-started.ts';
import { renderResetWaits, type ResetWaitsData } from '#src/notification/reset-waits.ts';
import type { CredentialChangeKind } from '#src/notification/words.ts';

const help: HelpLine = {
  url: 'https://secure.hospital.example/help',
  phone: '+1 555 0100',
  hours: 'Monday to Friday, 8:00 to 17:00',
};

export const site: MailSite = {
  organization: 'Example Hospital',
  serviceAddress: 'send-secure@hospital.example',
  publicUrl: 'https://secure.hospital.example',
  recipientHelp: help,
  senderHelp: { url: 'https://secure.hospital.example/help/senders', phone: '555 0111', hours: null },
  timeZone: 'Europe/Berlin',
  locale: 'en',
  secondLocale: 'es',
};

export const spanishSite: MailSite = {
  ...site,
  organization: 'Clínica Ejemplo',
  timeZone: 'America/New_York',
  locale: 'es',
  secondLocale: 'en',
};

export const sentMs = Date.UTC(2026, 10, 21, 13, 5, 0);
const minute = 60_000;
const day = 24 * 60 * minute;

export const original = {
  messageIdField: '<original.1@hospital.example>',
  references: ['<earlier.1@outside.example>'],
};

const frame = (name: string, to: string): { messageIdField: string; dateMs: number; to: string } => ({
  messageIdField: `<${name}@secure.hospital.example>`,
  dateMs: sentMs + minute,
  to,
});

const author = { name: 'Dr. Ann Lee', address: 'ann.lee@hospital.example' };

export const noticeData: NoticeData = {
  ...frame('notice', 'pat.doe@outside.example'),
  author,
  fromAuthor: true,
  original,
  link: 'https://secure.hospital.example/m/q83vASNFZ4mrze8BI0VniQ',
  messageCode: '7K42QF9XM',
  keptUntilMs: sentMs + 365 * day,
};

const choiceUrl = 'https://staff.hospital.example/mails/01KAH2V8QK3M5N7P9R1S3T5V7WZm9vYmFyYmF6cXV4MTIzNA';

export const securedData: SecuredData = {
  ...frame('secured', author.address),
  original,
  sentMs,
  recipients: [
    { address: 'pat.doe@outside.example', how: 'secure-message' },
    { address: 'sam.roe@clinic.test', how: 'secure-message' },
    { address: 'team@partner.test', how: 'verified-tls' },
    { address: 'nurse@hospital.example', how: 'internal' },
  ],
  reasons: ['code'],
  messageCode: '7K42QF9XM',
  keptUntilMs: sentMs + 365 * day,
  asked: { expiresAt: null, readBy: null, noReply: false, verify: false, unmet: [] },
  pageUrl: 'https://staff.hospital.example/messages/01KAH2V8QK3M5N7P9R1S3T5V7W',
  choiceUrl,
  undo: null,
};

/** Everything that can be asked for, understood and not. */
const securedAsked: SecuredData = {
  ...securedData,
  keptUntilMs: Date.UTC(2026, 11, 5, 5),
  asked: {
    expiresAt: Date.UTC(2026, 11, 5, 5),
    readBy: Date.UTC(2026, 10, 29, 5),
    noReply: true,
    verify: true,
    unmet: [
      { name: 'expires', why: 'no-day' },
      { name: 'read-by', why: 'day-past' },
      { name: 'expires', why: 'day-too-late' },
      { name: 'verify', why: 'misspelled' },
    ],
  },
};

const undo = {
  url: 'https://staff.hospital.example/undo/01KAH2V8QK3M5N7P9R1S3T5V7WZm9vYmFyYmF6cXV4MTIzNA',
  untilMs: sentMs + 2 * minute,
};

export const wrongRecipientData: WrongRecipientData = {
  ...frame('wrong-recipient', 'privacy@hospital.example'),
  author: author.address,
  recipient: 'pat.doe@outside.example',
  sentMs,
  reportedMs: sentMs + 30 * minute,
  locked: true,
  firstOpenedMs: sentMs + 9 * minute,
  copyKept: true,
  messageCode: '7K42QF9XM',
  sheetUrl: 'https://staff.hospital.example/messages/01KAH2V8QK3M5N7P9R1S3T5V7W/incident/01KAH2V8QK',
};

export const suspectMailData: SuspectReport = {
  ...frame('suspect-mail', 'security@hospital.example'),
  reportedMs: sentMs + 20 * minute,
  from: 'send-secure@hospita1.test',
  hosts: ['secure-hospital.test', 'login.evil.test'],
  code: 'unknown',
  signature: 'none',
  reportedFor: 'pat.doe@outside.example',
};

export const openedData: OpenedData = {
  ...frame('opened', author.address),
  original,
  recipient: 'pat.doe@outside.example',
  openedMs: sentMs + 95 * minute,
  sentMs,
  messageCode: '7K42QF9XM',
  choiceUrl,
  disposition: null,
};

export const bounceData: BounceData = {
  ...frame('bounce', author.address),
  original,
  sentMs,
  reportingHost: 'gateway.hospital.example',
  envelopeId: 'QQ314159',
  hasOtherRecipients: false,
  recipients: [
    {
      address: 'pta.doe@outside.example',
      originalRecipient: 'rfc822;pta.doe@outside.example',
      status: '5.1.1',
      reply: '550 5.1.1 <pta.doe@outside.example>: no such user here',
      remoteHost: 'mx1.outside.example',
      lastAttemptMs: sentMs + minute,
    },
  ],
  carried: { kind: 'notice' },
};

const ordinaryHeader = Buffer.from(
  'From: Dr. Ann Lee <ann.lee@hospital.example>\r\nTo: pta.doe@outside.example\r\nSubject: lunch =?\r\n' +
    'Message-ID: <original.1@hospital.example>\r\n',
);

const passedOnData: PassedOnData = {
  ...bounceData,
  recipient: {
    address: 'pat.doe@outside.example',
    originalRecipient: 'rfc822;pat.doe@outside.example',
    remoteHost: 'mx1.outside.example:25',
    passedOnMs: sentMs + minute,
  },
  carried: { kind: 'ordinary', headerFields: ordinaryHeader },
};

const codeData = {
  ...frame('code', 'pat.doe@outside.example'),
  code: '482913',
  validUntilMs: sentMs + 11 * minute,
  continueUrl: 'https://secure.hospital.example/m/q83vASNFZ4mrze8BI0VniQ',
};

export const heldData: HeldData = {
  ...frame('held', author.address),
  original,
  sentMs,
  nearMiss: 'misspelled',
  heldRecipients: ['pat.doe@outside.example', 'sam.roe@clinic.test'],
  hasOtherRecipients: true,
  sendSecuredUrl: 'https://secure.hospital.example/held/Zm9vYmFyYmF6cXV4MTIzNA?answer=secure',
  dontSendUrl: 'https://secure.hospital.example/held/Zm9vYmFyYmF6cXV4MTIzNA?answer=stop',
  unanswered: { outcome: 'secure', atMs: sentMs + 30 * minute },
};

export const returnedData: ReturnedData = {
  ...frame('returned', author.address),
  original,
  sentMs,
  reportingHost: 'gateway.hospital.example',
  envelopeId: null,
  hasOtherRecipients: true,
  reason: { kind: 'attachment-too-large', limitBytes: 7.5 * 1024 * 1024, sizeBytes: 7_900_000 },
  recipients: [
    { address: 'pat.doe@outside.example', originalRecipient: null },
    { address: 'sam.roe@clinic.test', originalRecipient: null },
  ],
};

export const notOpenedData: NotOpenedData = {
  ...frame('not-opened', author.address),
  original,
  sentMs,
  recipient: 'pat.doe@outside.example',
  reminded: true,
  keptUntilMs: sentMs + 365 * day,
  messageCode: '7K42QF9XM',
};

const pages = 'https://staff.hospital.example/messages';

export const summaryData: SummaryData = {
  ...frame('summary', author.address),
  dateMs: sentMs + 3 * 60 * minute,
  wantsSummary: true,
  choiceUrl,
  messagesUrl: pages,
  messages: [
    {
      sentMs: sentMs - 3 * day,
      isNew: false,
      openings: 1,
      recipients: [
        {
          address: 'kim@outside.example',
          state: 'secure-message',
          openedMs: sentMs - 60 * minute,
          reader: null,
        },
      ],
      messageCode: '3MN8RT2WQ',
      pageUrl: `${pages}/01KAH2V8QK3M5N7P9R1S3T5V7W`,
    },
    {
      sentMs,
      isNew: true,
      openings: 2,
      recipients: [
        { address: 'pat.doe@outside.example', state: 'secure-message', openedMs: null, reader: null },
        {
          address: 'sam.roe@clinic.test',
          state: 'secure-message',
          openedMs: sentMs + 95 * minute,
          reader: 'front.desk@clinic.test',
        },
        { address: 'lee@clinic.test', state: 'secure-message', openedMs: sentMs + 99 * minute, reader: null },
        { address: 'team@partner.test', state: 'verified-tls', openedMs: null, reader: null },
        { address: 'gone@outside.example', state: 'failed', openedMs: null, reader: null },
      ],
      messageCode: null,
      pageUrl: `${pages}/01KAH2V8QK3M5N7P9R1S3T5V7X`,
    },
  ],
};

/** More than anybody reads. */
const manyMessages: SummaryData['messages'] = Array.from({ length: 62 }, (_, i) => ({
  sentMs: sentMs + i * minute,
  isNew: true,
  openings: 0,
  recipients: Array.from({ length: i === 0 ? 14 : 1 }, (__, j) => ({
    address: `person${j}@outside${i}.example`,
    state: 'secure-message' as const,
    openedMs: null,
    reader: null,
  })),
  messageCode: null,
  pageUrl: null,
}));

const replyFailedData: ReplyFailedData = {
  ...frame('reply-failed', 'pat.doe@outside.example'),
  sentMs,
  recipient: 'ann.lee@hospital.example',
  locale: 'en',
};

export const notForMeData: NotForMeData = {
  ...frame('not-for-me', author.address),
  original,
  sentMs,
  recipient: 'pat.doe@outside.example',
  reportedMs: sentMs + 40 * minute,
  firstOpenedMs: null,
  messageCode: '7K42QF9XM',
};

const accessData: AccessData = {
  ...frame('access', 'front.desk@law.example'),
  news: 'asked',
  address: 'front.desk@law.example',
  reader: 'pat.doe@outside.example',
  untilMs: null,
  page: '/account',
  locale: 'en',
};

const accountChangeData: AccountChangeData = {
  ...frame('account-change', 'pat.doe@outside.example'),
  change: 'account-created',
  changedMs: sentMs + minute,
  address: 'pat.doe@outside.example',
  locale: 'en',
};

const officerHoldData: OfficerHoldData = {
  ...frame('officer-hold', 'security@hospital.example'),
  original,
  sentMs,
  author: 'ann.lee@hospital.example',
  limit: 'new-recipients-a-day',
  recipients: ['pat.doe@outside.example', 'sam.roe@outside.example'],
  untilMs: sentMs + day,
};
const officerLinks = {
  releaseUrl: 'https://secure.hospital.example/held/release-token',
  stopUrl: 'https://secure.hospital.example/held/stop-token',
};

const resetWaitsData: ResetWaitsData = {
  ...frame('account-change', 'pat.doe@outside.example'),
  effectiveMs: sentMs + 24 * 60 * minute,
  stopUrl: 'https://secure.hospital.example/stop-reset/Zt4mQ7vX2sLk9dRw8YbN0c',
  address: 'pat.doe@outside.example',
  locale: 'en',
};

const partnerReportData: PartnerReportData = {
  ...frame('partner-report', 'security@hospital.example'),
  consoleUrl: 'https://secure.hospital.example/staff',
  items: [
    {
      domain: 'clinic.example',
      kind: 'route-broken',
      why: 'mx.clinic.example:25: TLS: certificate has expired',
      untilMs: null,
    },
    { domain: 'lab.example', kind: 'certificate-expires', why: null, untilMs: sentMs + 20 * day },
    {
      domain: 'lab.example',
      kind: 'policy-not-confirmed',
      why: 'sts_webpki_invalid',
      untilMs: sentMs + 3 * day,
    },
    { domain: 'clinic.example', kind: 'agreement-ends', why: null, untilMs: Date.UTC(2026, 11, 31) },
  ],
};

const staffLinkData: StaffLinkData = {
  ...frame('staff-link', 'ann.lee@hospital.example'),
  purpose: 'sign-in',
  url: 'https://staff.hospital.example/sign-in/link/AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8',
  validUntilMs: sentMs + 16 * minute,
};

const askedAgainData: AskedAgainData = {
  ...frame('asked-again', author.address),
  original,
  sentMs,
  recipient: 'pat.doe@outside.example',
  askedMs: sentMs + 40 * day,
  closed: { why: 'expired', atMs: sentMs + 14 * day },
  gone: false,
  note: 'I was away. Could I see the results once more, please?',
  answerUrl: 'https://staff.hospital.example/messages/01KAH2V8QK3M5N7P9R1S3T5V7W?at=01KAH2V8QK',
  messageCode: '7K42QF9XM',
};

const resetStartedData: ResetStartedData = {
  ...frame('reset-started', 'pat.doe@outside.example'),
  pageUrl: 'https://secure.hospital.example/m/AAECAwQFBgcICQoLDA0ODw?new-password',
  locale: 'en',
};

const otherWayData: OtherWayData = {
  ...frame('other-way', author.address),
  original,
  sentMs,
  recipient: 'pat.doe@outside.example',
  way: 'call',
  name: '',
  contact: '+1 555 0199, best after 5 pm',
  chosenMs: sentMs + 90 * minute,
  messageUrl: askedAgainData.answerUrl,
  messageCode: '7K42QF9XM',
};

const manyRecipients = Array.from({ length: 1000 }, (_, index) => ({
  address: `patient.${index + 1}@outside.example`,
  how: 'secure-message' as const,
}));

/** By the name of the golden file. */
export const fixedMails: Readonly<Record<string, () => WrittenMail>> = {
  notice: () => renderNotice(site, noticeData),
  'notice-via': () => renderNotice(spanishSite, { ...noticeData, fromAuthor: false }),
  'notice-name-not-ascii': () =>
    renderNotice(site, { ...noticeData, author: { name: 'Dra. Íñiga Muñoz 李', address: author.address } }),
  secured: () => renderSecured(site, securedData),
  'secured-undo': () =>
    renderSecured(site, { ...securedData, recipients: securedData.recipients.slice(0, 1), undo }),
  'secured-undo-es': () => renderSecured(spanishSite, { ...securedData, undo }),
  'secured-es': () =>
    renderSecured(spanishSite, { ...securedData, reasons: ['secured-thread', 'header-rule'] }),
  'secured-asked': () => renderSecured(site, securedAsked),
  'secured-asked-es': () => renderSecured(spanishSite, securedAsked),
  'secured-1000': () => renderSecured(site, { ...securedData, recipients: manyRecipients }),
  opened: () => renderOpened(site, openedData),
  'opened-for': () => renderOpened(site, { ...openedData, reader: 'pat@law.example' }),
  'opened-disposition': () =>
    renderOpened(spanishSite, {
      ...openedData,
      disposition: {
        reportingHost: 'gateway.hospital.example',
        originalRecipient: 'rfc822;pat.doe@outside.example',
      },
    }),
  code: () => renderCode(site, { ...codeData, locale: 'en' }),
  'code-address': () => renderCode(site, { ...codeData, addsAddress: true, locale: 'en' }),
  'code-address-es': () => renderCode(site, { ...codeData, addsAddress: true, locale: 'es' }),
  'code-es': () => renderCode(site, { ...codeData, locale: 'es' }),
  bounce: () => renderBounce(site, bounceData),
  'bounce-ordinary': () =>
    renderBounce(spanishSite, { ...bounceData, carried: { kind: 'ordinary', headerFields: ordinaryHeader } }),
  delay: () =>
    renderDelay(site, {
      ...bounceData,
      recipients: bounceData.recipients.map((one) => ({
        ...one,
        status: '4.4.1',
        reply: null,
      })),
      willRetryUntilMs: sentMs + 5 * day,
    }),
  held: () => renderHeld(site, heldData),
  'held-returned-es': () =>
    renderHeld(spanishSite, {
      ...heldData,
      nearMiss: 'joined',
      hasOtherRecipients: false,
      unanswered: { outcome: 'return', atMs: sentMs + 30 * minute },
    }),
  'passed-on': () => renderPassedOn(site, passedOnData),
  'passed-on-es': () =>
    renderPassedOn(spanishSite, { ...passedOnData, carried: { kind: 'protected-content' } }),
  returned: () => renderReturned(site, returnedData),
  'returned-no-answer': () => renderReturned(spanishSite, { ...returnedData, reason: { kind: 'no-answer' } }),
  'notice-by-telephone': () => renderNotice(site, { ...noticeData, asksByTelephone: true }),
  reminder: () => renderNotice(site, { ...noticeData, again: 'reminder' }),
  granted: () => renderNotice(site, { ...noticeData, again: 'granted' }),
  'asked-again': () => renderAskedAgain(site, askedAgainData),
  'asked-again-release': () =>
    renderAskedAgain(site, {
      ...askedAgainData,
      closed: { why: 'needs-release', atMs: sentMs + 14 * day },
      note: '',
    }),
  'other-way': () => renderOtherWay(site, otherWayData),
  'other-way-letter': () =>
    renderOtherWay(site, { ...otherWayData, way: 'letter', contact: '', messageUrl: null }),
  'other-way-somebody-es': () =>
    renderOtherWay(spanishSite, { ...otherWayData, way: 'somebody', name: 'Maria Lopez', contact: '' }),
  'asked-again-gone-es': () =>
    renderAskedAgain(spanishSite, {
      ...askedAgainData,
      closed: { why: 'locked', atMs: sentMs + day },
      gone: true,
    }),
  'not-opened': () => renderNotOpened(site, notOpenedData),
  'not-opened-es': () => renderNotOpened(spanishSite, { ...notOpenedData, reminded: false }),
  summary: () => renderSummary(site, summaryData),
  'summary-last-es': () => renderSummary(spanishSite, { ...summaryData, wantsSummary: false }),
  'summary-long': () => renderSummary(site, { ...summaryData, messages: manyMessages }),
  'reply-failed': () => renderReplyFailed(site, replyFailedData),
  'reply-failed-es': () => renderReplyFailed(site, { ...replyFailedData, locale: 'es' }),
  'not-for-me': () => renderNotForMe(site, notForMeData),
  'not-for-me-opened': () => renderNotForMe(site, { ...notForMeData, firstOpenedMs: sentMs + 9 * minute }),
  'wrong-recipient': () => renderWrongRecipient(site, wrongRecipientData),
  'wrong-recipient-relayed-es': () =>
    renderWrongRecipient(spanishSite, { ...wrongRecipientData, locked: false, messageCode: null }),
  'staff-link': () => renderStaffLink(site, staffLinkData),
  'staff-link-es': () => renderStaffLink(spanishSite, { ...staffLinkData, purpose: 'add-address' }),
  'account-created': () => renderAccountChange(site, accountChangeData),
  'suspect-mail': () => renderSuspectMail(site, suspectMailData),
  'suspect-mail-nothing-es': () =>
    renderSuspectMail(spanishSite, {
      ...suspectMailData,
      from: null,
      hosts: [],
      code: 'none',
      signature: 'broken',
      reportedFor: null,
    }),
  'access-asked': () => renderAccess(site, accessData),
  'access-asked-es': () => renderAccess(site, { ...accessData, locale: 'es' }),
  'access-given': () =>
    renderAccess(site, {
      ...accessData,
      to: accessData.reader,
      news: 'given',
      untilMs: sentMs + 30 * 24 * 60 * minute,
      page: '/join',
    }),
  'access-given-owner-es': () => renderAccess(site, { ...accessData, news: 'given-owner', locale: 'es' }),
  'access-refused': () => renderAccess(site, { ...accessData, to: accessData.reader, news: 'refused' }),
  'access-over': () => renderAccess(site, { ...accessData, to: accessData.reader, news: 'over' }),
  'address-removed': () =>
    renderAccountChange(site, {
      ...accountChangeData,
      change: 'address-removed',
      address: 'pat@old.example',
    }),
  'account-deleted': () => renderAccountChange(site, { ...accountChangeData, change: 'account-deleted' }),
  'account-deleted-es': () =>
    renderAccountChange(site, { ...accountChangeData, change: 'account-deleted', locale: 'es' }),
  'officer-question': () => renderOfficerQuestion(site, { ...officerHoldData, ...officerLinks }),
  'officer-question-es': () =>
    renderOfficerQuestion(spanishSite, { ...officerHoldData, ...officerLinks, limit: 'recipients-an-hour' }),
  'waits-for-officer': () => renderWaitsForOfficer(site, { ...officerHoldData, to: officerHoldData.author }),
  'waits-for-officer-es': () =>
    renderWaitsForOfficer(spanishSite, { ...officerHoldData, to: officerHoldData.author }),
  'returned-record-changed': () =>
    renderReturned(site, { ...returnedData, reason: { kind: 'record-changed' } }),
  'returned-record-changed-es': () =>
    renderReturned(spanishSite, { ...returnedData, reason: { kind: 'record-changed' } }),
  'partner-report': () => renderPartnerReport(site, partnerReportData),
  'partner-report-es': () => renderPartnerReport(spanishSite, partnerReportData),
  ...Object.fromEntries(
    Object.keys(credentialChanges).flatMap((change) =>
      (['en', 'es'] as const).map((locale) => [
        `${change}${locale === 'es' ? '-es' : ''}`,
        () =>
          renderAccountChange(locale === 'es' ? spanishSite : site, {
            ...accountChangeData,
            change: change as CredentialChangeKind,
            locale,
          }),
      ]),
    ),
  ),
  'reset-waits': () => renderResetWaits(site, resetWaitsData),
  'reset-waits-es': () => renderResetWaits(spanishSite, { ...resetWaitsData, locale: 'es' }),
  'hand-over-code': () => renderAccountChange(site, { ...accountChangeData, change: 'hand-over-code' }),
  'hand-over-code-es': () =>
    renderAccountChange(spanishSite, { ...accountChangeData, change: 'hand-over-code', locale: 'es' }),
  'reset-started': () => renderResetStarted(site, resetStartedData),
  'reset-started-es': () => renderResetStarted(spanishSite, { ...resetStartedData, locale: 'es' }),
  'password-reset': () =>
    renderAccountChange(site, { ...accountChangeData, change: 'password-reset', locale: 'es' }),
};
