/** What the return listener answers, beside what every listener does. Generic text; detail goes to the log. */
import type { SmtpReply } from '#src/smtp/server/smtp-transaction.ts';

/** One answer for every address that is none of ours, whatever is wrong with it. */
export const UNKNOWN: SmtpReply = { code: 550, enhanced: '5.1.1', text: 'There is no such address here' };
export const SLOW_DOWN: SmtpReply = {
  code: 450,
  enhanced: '4.7.1',
  text: 'Too much from your network, please try again later',
};
/** A bounce that was faster than our own record of the hand-over is wanted, a moment later. */
export const LATER: SmtpReply = { code: 451, enhanced: '4.3.0', text: 'Please try again later' };
export const LOOP: SmtpReply = { code: 554, enhanced: '5.4.6', text: 'This mail is going round in circles' };

export const HEADER_TOO_LARGE: SmtpReply = { code: 552, enhanced: '5.3.4', text: 'The header is too large' };
export const NO_ROOM: SmtpReply = {
  code: 452,
  enhanced: '4.3.1',
  text: 'Not enough room here now, please try again later',
};
export const NOT_THIS_WAY: SmtpReply = {
  code: 550,
  enhanced: '5.7.1',
  text: 'Mail from this organisation does not come this way',
};
