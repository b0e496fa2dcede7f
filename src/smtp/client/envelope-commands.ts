/**
 * What a mail asks of its next hop, whether the hop has it, and the commands that say so. The content of a
 * mail is never converted for a hop that offers less (RFC 6152 section 3): it comes back with the reason. Only where a
 * look at it shows that an extension was asked for without need is that left out, and a domain beyond ASCII has another
 * form (RFC 6531 section 3.2).
 */
import { isAscii } from 'node:buffer';

import { parseMailAddress } from '#src/base/mail-address.ts';

import type { RelayConnection } from './relay-connection.ts';
import type { OutgoingMail } from './transmit.ts';

export interface ContentNeeds {
  readonly eightBit: boolean;
  readonly utf8: boolean;
}

/** Words for an outcome; `text` begins with its codes. */
export interface Obstacle {
  readonly enhanced: string;
  readonly text: string;
}

const NON_ASCII = /[^\0-\x7f]/u;
// The last door before the wire: nothing here can end a command or its brackets.
const SAFE_ADDRESS = /^(?:"(?:[^"\\\p{Cc}]|\\[\x20-\x7e])*"|[^\s"<>\p{Cc}])*$/u;
const SAFE_PARAMETER = /^[^\s\p{Cc}]+$/u;
const HEADER_END = Buffer.from('\r\n\r\n');

/** Reads the content through only where the hop lacks an extension that the mail was sent with. */
export async function findNeeds(mail: OutgoingMail, connection: RelayConnection): Promise<ContentNeeds> {
  const lacks8Bit = mail.body === '8bitmime' && connection.extension('8BITMIME') === null;
  const lacksUtf8 = mail.smtputf8 && connection.extension('SMTPUTF8') === null;
  if (!lacks8Bit && !lacksUtf8) return { eightBit: mail.body === '8bitmime', utf8: mail.smtputf8 };
  const content = await inspectContent(mail.content());
  const utf8Address = NON_ASCII.test(withAsciiDomain(mail.reversePath) + withAsciiDomain(mail.recipient));
  return {
    eightBit: lacks8Bit ? content.eightBit : mail.body === '8bitmime',
    utf8: lacksUtf8 ? utf8Address || content.eightBitHeader : mail.smtputf8,
  };
}

/** null where the hop offers everything the mail needs. */
export function findObstacle(
  mail: OutgoingMail,
  needs: ContentNeeds,
  connection: RelayConnection,
): Obstacle | null {
  const { dsn } = mail;
  const parameters = [dsn?.notify, dsn?.orcpt, dsn?.ret, dsn?.envid].filter((value) => value != null);
  if (
    !SAFE_ADDRESS.test(mail.reversePath) ||
    !SAFE_ADDRESS.test(mail.recipient) ||
    mail.recipient === '' ||
    !parameters.every((value) => SAFE_PARAMETER.test(value))
  )
    return { enhanced: '5.1.3', text: '553 5.1.3 Address or parameter is not fit to be sent' };
  if (needs.utf8 && connection.extension('SMTPUTF8') === null)
    return { enhanced: '5.6.7', text: '553 5.6.7 Next hop does not take internationalized mail (SMTPUTF8)' };
  if (needs.eightBit && connection.extension('8BITMIME') === null)
    return { enhanced: '5.6.3', text: '554 5.6.3 Next hop does not take 8-bit content (8BITMIME)' };
  const maxBytes = Number(connection.extension('SIZE') ?? 0);
  if (maxBytes > 0 && mail.sizeBytes > maxBytes)
    return { enhanced: '5.3.4', text: `552 5.3.4 Next hop takes at most ${maxBytes} octets` };
  if (
    mail.requireTlsExtension === true &&
    (connection.tls === null || connection.extension('REQUIRETLS') === null)
  )
    return { enhanced: '5.7.30', text: '550 5.7.30 Next hop does not offer REQUIRETLS' };
  return null;
}

/** MAIL, RCPT and DATA. */
export function envelopeCommands(
  mail: OutgoingMail,
  needs: ContentNeeds,
  connection: RelayConnection,
): readonly [string, string, string] {
  const mailParameters = [
    connection.extension('SIZE') !== null && `SIZE=${mail.sizeBytes}`,
    needs.eightBit && 'BODY=8BITMIME',
    needs.utf8 && 'SMTPUTF8',
    mail.requireTlsExtension === true && 'REQUIRETLS',
  ];
  const rcptParameters: (string | false)[] = [];
  const { dsn } = mail;
  const path = (address: string): string => (needs.utf8 ? address : withAsciiDomain(address));
  if (dsn !== undefined && connection.extension('DSN') !== null) {
    mailParameters.push(dsn.ret !== null && `RET=${dsn.ret}`, dsn.envid !== null && `ENVID=${dsn.envid}`);
    rcptParameters.push(
      dsn.notify !== null && `NOTIFY=${dsn.notify}`,
      dsn.orcpt !== null && `ORCPT=${needs.utf8 ? dsn.orcpt : escaped(dsn.orcpt)}`,
    );
  }
  return [
    [`MAIL FROM:<${path(mail.reversePath)}>`, ...mailParameters].filter((part) => part !== false).join(' '),
    [`RCPT TO:<${path(mail.recipient)}>`, ...rcptParameters].filter((part) => part !== false).join(' '),
    'DATA',
  ];
}

/** A domain beyond ASCII has a form within (RFC 6531 section 3.2); a local part has none. */
function withAsciiDomain(address: string): string {
  const parsed = NON_ASCII.test(address) ? parseMailAddress(address) : null;
  return parsed === null ? address : `${parsed.localPart}@${parsed.domain}`;
}

/** RFC 6533 section 3: the original recipient as a hop without SMTPUTF8 takes it. */
function escaped(orcpt: string): string {
  return orcpt.replaceAll(/[^\0-\x7f]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return String.raw`\x{${hex}}`;
  });
}

async function inspectContent(
  content: AsyncIterable<Buffer>,
): Promise<{ readonly eightBit: boolean; readonly eightBitHeader: boolean }> {
  let header: Buffer | null = Buffer.alloc(0);
  let eightBit = false;
  let eightBitHeader = false;
  for await (const chunk of content) {
    eightBit ||= !isAscii(chunk);
    if (header === null) continue;
    const seen: Buffer = Buffer.concat([header, chunk]);
    const end = seen.indexOf(HEADER_END);
    eightBitHeader ||= !isAscii(end < 0 ? seen : seen.subarray(0, end));
    // Only what may be the first half of the end is needed again.
    header = end < 0 ? seen.subarray(-3) : null;
  }
  return { eightBit, eightBitHeader };
}
