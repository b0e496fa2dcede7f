/** `/captured`: the mail of a trial. Beside a real route it does not exist. */
import { Type } from 'typebox';

import type { CapturedMails } from '#src/delivery/captured-mails.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { genericRefusal, Refusal } from '#src/http/refusal.ts';

import { capturedPage, showMail, type ShownMail } from './captured-page.ts';

export interface CapturedOptions {
  readonly captured: CapturedMails;
  readonly showsCaptured: () => boolean;
  readonly publicUrl: string;
  readonly consoleUrl: string;
  readonly organization: () => string;
}

const CAPTURED_SHOWN = 200;

export function addCapturedRoutes(app: HttpApp, options: CapturedOptions): void {
  const config = { policy: 'this-machine' } as const;
  const list = async () => {
    if (!options.showsCaptured()) throw notFound();
    return options.captured.list(CAPTURED_SHOWN);
  };
  const mails = async (): Promise<readonly ShownMail[]> =>
    (await list()).map((mail) => showMail(mail, options.publicUrl, options.consoleUrl));
  app.get('/captured', { config }, async (_request, reply) => {
    const shown = await mails();
    return reply.type('text/html; charset=utf-8').send(capturedPage(shown, options.organization()));
  });
  app.get('/captured.json', { config }, async () => ({ mails: await mails() }));
  const params = Type.Object({ id: Type.String() });
  app.get('/captured/:id', { config, schema: { params } }, async (request, reply) => {
    const mail = (await list()).find(({ id }) => id === request.params.id.replace(/\.eml$/u, ''));
    if (mail === undefined) throw notFound();
    return reply
      .type('message/rfc822')
      .header('content-disposition', `attachment; filename="${mail.id}.eml"`)
      .send(mail.bytes);
  });
}

function notFound(): Refusal {
  const { code, message } = genericRefusal(404);
  return new Refusal(404, code, message);
}
