/** Everything that is fuzzed: what strangers can send us, in the order in which they can. */
import { addresses } from './targets/addresses.ts';
import { dnsAnswers } from './targets/dns-answers.ts';
import { headerFields } from './targets/header-fields.ts';
import { httpBodies, httpCookies } from './targets/http.ts';
import { mime } from './targets/mime.ts';
import { mtaStsPolicy } from './targets/mta-sts-policy.ts';
import { returnedMail } from './targets/returned-mail.ts';
import { smtpReplies } from './targets/smtp-replies.ts';
import { smtpSession } from './targets/smtp-session.ts';
import { subjects } from './targets/subjects.ts';
import type { FuzzTarget } from './target.ts';

export const TARGETS: readonly FuzzTarget[] = [
  smtpSession,
  addresses,
  headerFields,
  subjects,
  mime,
  smtpReplies,
  dnsAnswers,
  mtaStsPolicy,
  returnedMail,
  httpBodies,
  httpCookies,
];
