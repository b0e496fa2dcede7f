/** A TLS report as a mail (RFC 8460 section 5.3): a multipart/report with the gzipped JSON. */
import { assembleMail, report, serviceMailbox } from '#src/notification/compose/mail.ts';
import { encodeText, headerField } from '#src/notification/compose/header-field.ts';
import type { MailSite } from '#src/notification/mail-site.ts';
import type { WrittenMail } from '#src/notification/written-mail.ts';

export interface ReportMail {
  readonly messageIdField: string;
  readonly dateMs: number;
  readonly to: string;
  /** The domain that is reported on, and ours. */
  readonly domain: string;
  readonly submitter: string;
  readonly reportId: string;
  readonly fileName: string;
  readonly gzipped: Buffer;
}

const BASE64_COLUMNS = /.{1,76}/gu;

export function writeReportMail(site: MailSite, mail: ReportMail): WrittenMail {
  const { domain, submitter, reportId, fileName, gzipped, messageIdField, dateMs, to } = mail;
  const words = {
    header: headerField('Content-Type', 'text/plain; charset=us-ascii'),
    body: `This is an aggregate TLS report of ${submitter} about mail to ${domain} (RFC 8460).\r\n`,
  };
  const attachment = {
    header:
      headerField('Content-Type', 'application/tlsrpt+gzip') +
      headerField('Content-Transfer-Encoding', 'base64') +
      headerField('Content-Disposition', `attachment; filename="${fileName}"`),
    body: `${gzipped.toString('base64').match(BASE64_COLUMNS)?.join('\r\n') ?? ''}\r\n`,
  };
  const header =
    headerField('From', serviceMailbox(site)) +
    headerField(
      'Subject',
      encodeText(`Report Domain: ${domain} Submitter: ${submitter} Report-ID: <${reportId}>`),
    ) +
    headerField('TLS-Report-Domain', domain) +
    headerField('TLS-Report-Submitter', submitter) +
    headerField('Auto-Submitted', 'auto-generated') +
    headerField('X-Auto-Response-Suppress', 'All');
  return assembleMail({ messageIdField, dateMs, to }, header, report('tlsrpt', words, [attachment]));
}
