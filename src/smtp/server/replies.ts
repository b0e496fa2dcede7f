/** What the server says of its own accord: codes of RFC 5321, enhanced codes of RFC 3463, words for a bounce. */
import type { ContentFailure, ContentLimits } from './content-feed.ts';
import type { SmtpReply } from './smtp-transaction.ts';

export const LOCAL_ERROR: SmtpReply = { code: 451, enhanced: '4.3.0', text: 'Local error, try again later' };
export const EARLY_TALK: SmtpReply = {
  code: 554,
  enhanced: '5.5.1',
  text: 'Commands came before the greeting',
};
export const COMMAND_TOO_LONG: SmtpReply = { code: 500, enhanced: '5.5.2', text: 'Command line too long' };
export const FORBIDDEN_IN_COMMAND: SmtpReply = {
  code: 500,
  enhanced: '5.5.2',
  text: 'A command ends in CR LF and holds no CR, LF or NUL',
};
export const TOO_SLOW: SmtpReply = { code: 421, enhanced: '4.4.2', text: 'Too slow, closing the connection' };

// RFC 5321 section 4.5.3.1.5: a reply line has 512 octets with its codes.
const MAX_REPLY_TEXT = 480;

/** One line of printable ASCII; what is longer is cut. */
export function replyText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, '?').slice(0, MAX_REPLY_TEXT);
}

/** The reply to a message, declared or received, over the limit. */
export function messageTooBig(maxMessageBytes: number): SmtpReply {
  return {
    code: 552,
    enhanced: '5.3.4',
    text: `Message is larger than the limit of ${maxMessageBytes} octets`,
  };
}

export function contentRefused(failure: ContentFailure, limits: ContentLimits): SmtpReply {
  switch (failure) {
    case 'message-too-big':
      return messageTooBig(limits.maxMessageBytes);
    case 'line-too-long':
      return {
        code: 554,
        enhanced: '5.6.0',
        text: `Message refused: it holds a line over ${limits.maxLineOctets} octets`,
      };
    case 'line-endings':
      return {
        code: 554,
        enhanced: '5.6.0',
        text: 'Message refused: it holds a bare CR, a bare LF or a NUL',
      };
    case 'connection-lost':
      return { code: 451, enhanced: '4.4.2', text: 'Connection lost' };
  }
}
