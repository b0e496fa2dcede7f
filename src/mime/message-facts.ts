/**
 * What a mail is, from its header and structure: written by a machine (RFC 3834, RFC 6522, RFC 2919), encrypted by
 * its author (RFC 8551, RFC 3156), an answer or forward. Facts only: what follows from them is decided elsewhere.
 */
import { fieldValues, firstValue } from './header-fields.ts';
import { parameterValue, parseParameterized } from './parameters.ts';
import type { HeaderField, ScannedPart, ScanResult } from './scan-result.ts';

export type AutomaticMailKind =
  | 'null-reverse-path'
  | 'auto-submitted'
  | 'report'
  | 'journal'
  | 'calendar-reply'
  | 'list-or-bulk';

/** Null: a person wrote it, as far as it shows. `scan` finds calendar replies inside a multipart. */
export function automaticKind(
  fields: readonly HeaderField[],
  reversePath: string,
  scan: ScanResult | null = null,
): AutomaticMailKind | null {
  if (reversePath === '') return 'null-reverse-path';
  if (autoSubmitted(fields) !== null) return 'auto-submitted';
  if (isReport(fields)) return 'report';
  if (isJournalReport(fields)) return 'journal';
  if (isCalendarReply(fields, scan)) return 'calendar-reply';
  return isListOrBulk(fields) ? 'list-or-bulk' : null;
}

/** The keyword of Auto-Submitted (RFC 3834 section 5), or of what was used before it; null for `no` and absent. */
export function autoSubmitted(fields: readonly HeaderField[]): string | null {
  for (const value of fieldValues(fields, 'auto-submitted')) {
    const keyword = parseParameterized(value).value.toLowerCase();
    if (keyword !== 'no') return keyword === '' ? 'auto-generated' : keyword;
  }
  const older = ['x-autoreply', 'x-autorespond', 'x-auto-response'];
  const isOlder = older.some((name) =>
    fieldValues(fields, name).some((value) => value.toLowerCase() !== 'no'),
  );
  return isOlder || precedence(fields) === 'auto_reply' ? 'auto-replied' : null;
}

/** The `report-type` of a multipart/report, lower case, empty where it names none; null: it is no report. */
export function reportType(contentType: string): string | null {
  const type = parseParameterized(contentType);
  if (type.value.toLowerCase() !== 'multipart/report') return null;
  return (parameterValue(type, 'report-type') ?? '').toLowerCase();
}

const REPORT_TYPES = new Set(['message/delivery-status', 'message/disposition-notification']);

function isReport(fields: readonly HeaderField[]): boolean {
  const contentType = firstValue(fields, 'content-type');
  if (contentType === undefined) return false;
  if (reportType(contentType) !== null) return true;
  return REPORT_TYPES.has(parseParameterized(contentType).value.toLowerCase());
}

/** A journal copy of Exchange. */
export function isJournalReport(fields: readonly HeaderField[]): boolean {
  return fields.some(({ lowerName }) => lowerName === 'x-ms-journal-report');
}

/** Accepted, declined, tentative: calendar programs write these (RFC 6047 section 2.4). */
export function isCalendarReply(fields: readonly HeaderField[], scan: ScanResult | null = null): boolean {
  const type = parseParameterized(firstValue(fields, 'content-type') ?? '');
  const isCalendar = type.value.toLowerCase() === 'text/calendar';
  if (isCalendar && parameterValue(type, 'method')?.toLowerCase() === 'reply') return true;
  return scan !== null && scan.parts.some((part) => part.calendarMethod === 'reply' && isOwnText(part, scan));
}

/** Not an attachment and not inside an embedded message. */
function isOwnText(part: ScannedPart, scan: ScanResult): boolean {
  if (part.disposition === 'attachment') return false;
  return !scan.parts.some(
    ({ mediaType, path }) => mediaType.startsWith('message/') && part.path.startsWith(`${path}.`),
  );
}

export function isListOrBulk(fields: readonly HeaderField[]): boolean {
  if (fields.some(({ lowerName }) => lowerName === 'list-id')) return true;
  return ['bulk', 'list', 'junk'].includes(precedence(fields));
}

function precedence(fields: readonly HeaderField[]): string {
  return (firstValue(fields, 'precedence') ?? '').toLowerCase();
}

/** High importance as mail programs write it: RFC 2156 section 5.3.4 and 5.3.6, and the older X-Priority. */
export function isUrgent(fields: readonly HeaderField[]): boolean {
  const says = (name: string, pattern: RegExp): boolean =>
    fieldValues(fields, name).some((value) => pattern.test(value.trim()));
  return (
    says('importance', /^high\b/iu) ||
    says('priority', /^urgent\b/iu) ||
    says('x-priority', /^[12]\b/u) ||
    says('x-msmail-priority', /^high\b/iu)
  );
}

/**
 * The method where the whole mail is one encrypted content that its author made: by its declared structure and by
 * the first bytes of the content. Text beside it, encryption inside a text, or a signature alone: null.
 */
export function encryptedByAuthor(
  fields: readonly HeaderField[],
  scan: ScanResult,
): 'smime' | 'openpgp' | null {
  if (scan.uninspectable !== null || fieldValues(fields, 'content-type').length !== 1) return null;
  if (isEnveloped(fields, scan)) return 'smime';
  return isPgpEncrypted(fields, scan) ? 'openpgp' : null;
}

const CMS_TYPES = new Set(['application/pkcs7-mime', 'application/x-pkcs7-mime']);
const ENVELOPED_TYPES = new Set(['enveloped-data', 'authenveloped-data']);

function isEnveloped(fields: readonly HeaderField[], scan: ScanResult): boolean {
  const [part] = scan.parts;
  if (part === undefined || scan.parts.length !== 1 || scan.containers.length > 0) return false;
  if (!CMS_TYPES.has(part.mediaType) || part.ciphertext !== 'cms-enveloped') return false;
  const type = parseParameterized(firstValue(fields, 'content-type') ?? '');
  const smimeType = parameterValue(type, 'smime-type')?.toLowerCase();
  if (smimeType !== undefined) return ENVELOPED_TYPES.has(smimeType);
  return part.name?.toLowerCase().endsWith('.p7m') === true;
}

/** "Version: 1" and a line end (RFC 3156 section 4), with room for a comment. */
const MAX_PGP_CONTROL_BYTES = 200;
/** The hint for other mail programs that mailers put before the first part; no room for a text. */
const MAX_PGP_HINT_BYTES = 200;

function isPgpEncrypted(fields: readonly HeaderField[], scan: ScanResult): boolean {
  const type = parseParameterized(firstValue(fields, 'content-type') ?? '');
  if (type.value.toLowerCase() !== 'multipart/encrypted') return false;
  if (parameterValue(type, 'protocol')?.toLowerCase() !== 'application/pgp-encrypted') return false;
  const [control, content] = scan.parts;
  if (scan.parts.length !== 2 || scan.containers.length !== 1 || scan.outsideBytes > MAX_PGP_HINT_BYTES)
    return false;
  if (control?.mediaType !== 'application/pgp-encrypted' || control.decodedBytes > MAX_PGP_CONTROL_BYTES)
    return false;
  return content?.mediaType === 'application/octet-stream' && content.ciphertext === 'pgp-message';
}

const REPLY_WORDS = [
  // English and Latin, German, French, Spanish and Portuguese, Italian, Dutch
  're fw fwd aw wg antwort tr réf réponse rv res enc reenv r i rif inoltro antw doorst',
  // The Nordic languages, Polish, Turkish, Hungarian, Welsh, Romanian, Greek, Russian and its neighbours
  'sv vb vs vl bls trs odp pd ynt yan ilt i̇lt vá továbbítás atb yml răspuns απ σχετ πρθ ha отв ред',
  // Chinese, Japanese, Korean, Hebrew, Arabic
  '回复 答复 回覆 转发 轉寄 轉發 返信 転送 회신 답장 전달 השב תגובה הועבר رد',
].flatMap((words) => words.split(' '));
const REPLY_PREFIX = new RegExp(
  String.raw`^\s*(?:\[[^\]]{0,60}\]\s*)*((?:${REPLY_WORDS.join('|')})\s*(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4}|\*\d{1,4})?\s*[:：])`,
  'iu',
);
/** Prefixes stand at the beginning; what follows is not looked at. */
const MAX_PREFIX_LENGTH = 400;

/** The prefix that makes a decoded subject that of an answer or forward (`Re:`, `AW:`, `Fwd:` …); null without. */
export function replyPrefix(subject: string): string | null {
  return REPLY_PREFIX.exec(subject.slice(0, MAX_PREFIX_LENGTH))?.[1] ?? null;
}

const MAX_MESSAGE_IDS = 200;

/** The message ids of Message-ID, In-Reply-To or References, with their brackets; the last 200 of them. */
export function messageIds(rawValue: string): string[] {
  return (rawValue.match(/<[^<>\s]{1,996}>/gu) ?? []).slice(-MAX_MESSAGE_IDS);
}
