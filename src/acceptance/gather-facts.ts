/** Header fields and scan → the facts that policy decides on. Reads; decides nothing. */
import { decodeHeaderText } from '#src/mime/encoded-words.ts';
import { parseAddressList } from '#src/mime/address-list.ts';
import { fieldValues } from '#src/mime/header-fields.ts';
import { automaticKind, encryptedByAuthor, messageIds, replyPrefix } from '#src/mime/message-facts.ts';
import type { HeaderField, ScanResult } from '#src/mime/scan-result.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import type { MessageFacts } from '#src/policy/facts.ts';
import { hasHeaderSwitch } from '#src/policy/header-switches.ts';

import type { AuthorFields } from './author.ts';

/** Most Message-IDs of `References` that are looked up: the newest decide. */
const MAX_THREAD_IDS = 50;

export interface DecodedSubjects {
  readonly texts: readonly string[];
  readonly uncertain: boolean;
}

/** Every Subject field, decoded once: parsers disagree which of several counts, so all do. */
export function decodeSubjects(fields: readonly HeaderField[]): DecodedSubjects {
  const values = [...fieldValues(fields, 'subject'), ...disguisedSubjects(fields)];
  const decoded = values.map((value) => decodeHeaderText(value));
  return { texts: decoded.map(({ text }) => text), uncertain: decoded.some(({ uncertain }) => uncertain) };
}

/** Octets around the name of a field that no field may have there; a byte order mark before the first line above all. */
const DISGUISED_SUBJECT = /^[\0-\x20\x7f-\xff]*subject[\0-\x20\x7f-\xff]*:/iu;

/** Lines that are no fields by the letter, and that whoever wrote them took for a subject. */
function disguisedSubjects(fields: readonly HeaderField[]): string[] {
  return fields.flatMap(({ lowerName, rawValue }) => {
    const name = lowerName === '' ? DISGUISED_SUBJECT.exec(rawValue)?.[0] : undefined;
    return name === undefined ? [] : [rawValue.slice(name.length).trim()];
  });
}

export function authorFields(fields: readonly HeaderField[], reversePath: string): AuthorFields {
  return {
    from: fieldValues(fields, 'from').flatMap((value) => parseAddressList(value)),
    sender: fieldValues(fields, 'sender').flatMap((value) => parseAddressList(value)),
    reversePath,
  };
}

/** Message-IDs that this mail answers or refers to, newest first. */
export function threadIds(fields: readonly HeaderField[]): readonly string[] {
  const answered = fieldValues(fields, 'in-reply-to').flatMap((value) => messageIds(value));
  const references = fieldValues(fields, 'references').flatMap((value) => messageIds(value));
  return [...new Set([...answered, ...references.toReversed()])].slice(0, MAX_THREAD_IDS);
}

/** The Message-ID as it stands; empty where there is none. */
export function messageIdField(fields: readonly HeaderField[]): string {
  return fieldValues(fields, 'message-id').flatMap((value) => messageIds(value))[0] ?? '';
}

/** What the database and the session know about the message. */
export interface Circumstances {
  readonly reversePath: string;
  readonly carriesOurMark: boolean;
  readonly answersSecuredThread: boolean;
  readonly authorOutside: boolean;
  readonly submitterIsMachine: boolean;
  readonly ruleFieldNames: readonly string[];
  readonly internalDomains: readonly string[];
}

export function gatherFacts(
  header: readonly HeaderField[],
  scan: ScanResult | null,
  known: Circumstances,
): MessageFacts {
  const subjects = decodeSubjects(header);
  const isAnswerOrForward = subjects.texts.some((subject) => replyPrefix(subject) !== null);
  return {
    subjects: subjects.texts,
    subjectUncertain: subjects.uncertain,
    firstBodyLine: scan?.firstBodyLine ?? '',
    lastBodyLine: scan?.lastBodyLine ?? '',
    automatic: automaticKind(header, known.reversePath, scan),
    encryptedByAuthor: scan === null ? null : encryptedByAuthor(header, scan),
    carriesOurMark: known.carriesOurMark,
    answersSecuredThread: known.answersSecuredThread,
    isAnswerOrForward,
    threadFromOutside: isAnswerOrForward && !startedInside(threadIds(header), known.internalDomains),
    settledNearMisses: [],
    authorOutside: known.authorOutside,
    submitterIsMachine: known.submitterIsMachine,
    decodedBytes: scan?.decodedBytes ?? 0,
    largestAttachmentBytes: scan?.largestAttachmentBytes ?? 0,
    headerSwitch: hasHeaderSwitch(header.map(({ lowerName }) => lowerName)),
    ruleFields: new Map(
      known.ruleFieldNames.map((name) => [
        name,
        fieldValues(header, name).map((value) => decodeHeaderText(value).text),
      ]),
    ),
  };
}

/** True where a mail of the thread has a Message-ID made at one of our domains. */
function startedInside(ids: readonly string[], internalDomains: readonly string[]): boolean {
  return ids.some((id) =>
    isInternalDomain(
      id
        .slice(id.lastIndexOf('@') + 1)
        .replace('>', '')
        .toLowerCase(),
      internalDomains,
    ),
  );
}
