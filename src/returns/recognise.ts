/**
 * What came back: a report about the recipient that the address was made for, or anything else. Pure but for reading
 * parts. A report that is about somebody else, or that can't be read, is something else: the author reads it.
 */
import { firstValue } from '#src/mime/header-fields.ts';
import { reportType } from '#src/mime/message-facts.ts';

import { parseDeliveryStatus, type Action, type StatusGroup } from './delivery-status.ts';
import type { ReturnedMail } from './returned-mail.ts';
import { readTextBounce } from './text-bounce.ts';

export type Recognised =
  | {
      readonly kind: 'report';
      readonly action: Action;
      readonly status: string | null;
      readonly reply: string | null;
      readonly remoteHost: string | null;
      /** `report`: RFC 3464. `text`: words only. */
      readonly source: 'report' | 'text';
    }
  | { readonly kind: 'other' };

const OTHER: Recognised = { kind: 'other' };
const STATUS_TYPES = new Set(['message/delivery-status', 'message/global-delivery-status']);

export async function recognise(mail: ReturnedMail, canonicalAddress: string): Promise<Recognised> {
  const groups = await readReport(mail);
  if (groups !== null) {
    const group = groupAbout(groups, canonicalAddress);
    if (group === null) return OTHER;
    const { action, status, reply, remoteHost } = group;
    return { kind: 'report', action, status, reply, remoteHost, source: 'report' };
  }
  const bounce = readTextBounce(mail, await firstText(mail), canonicalAddress);
  if (bounce === null) return OTHER;
  return { kind: 'report', action: 'failed', ...bounce, remoteHost: null, source: 'text' };
}

/** Null where the mail is no report of this kind, or carries none that can be found. */
async function readReport({ header, scan, parts }: ReturnedMail): Promise<StatusGroup[] | null> {
  const type = reportType(firstValue(header, 'content-type') ?? '');
  // Some leave the parameter out; one that names another kind of report is believed.
  if (scan === null || type === null || (type !== '' && type !== 'delivery-status')) return null;
  // A part of the report itself: one inside a forwarded mail is about something else.
  const part = scan.parts.find(({ path, mediaType }) => STATUS_TYPES.has(mediaType) && /^\d+$/u.test(path));
  return part === undefined ? null : parseDeliveryStatus(await parts.decoded(part));
}

/** The worst that is said of the recipient. One group that names no address can only mean the one it was sent for. */
function groupAbout(groups: readonly StatusGroup[], canonicalAddress: string): StatusGroup | null {
  const [only] = groups;
  if (groups.length === 1 && only !== undefined && only.addresses.length === 0) return only;
  const about = groups.filter(({ addresses }) => addresses.includes(canonicalAddress));
  return (
    about.find(({ action }) => action === 'failed') ??
    about.find(({ action }) => action === 'delayed') ??
    about[0] ??
    null
  );
}

async function firstText({ scan, parts }: ReturnedMail): Promise<string> {
  const part = scan?.parts.find(({ mediaType, text }) => mediaType === 'text/plain' && text !== null);
  return part === undefined ? '' : parts.text(part);
}
