/** The texts of the roll-out: a page, and each as a file. They hold nothing that an outsider may not read. */
import { Type } from 'typebox';

import type { HttpApp } from '#src/http/http-server.ts';

import type { ConsoleContext } from '../console-context.ts';
import { notFound } from '../own-messages.ts';

import { announcementsPage, pathOf, type SiteText } from './announcements-page.ts';

export function addAnnouncementsRoutes(
  app: HttpApp,
  { show, language }: ConsoleContext,
  texts: () => readonly SiteText[],
  script: string | null,
): void {
  const config = { policy: 'officer' } as const;
  app.get('/administration/announcements', { config }, (request, reply) =>
    show(request, reply, announcementsPage(language(), texts(), script)),
  );
  const params = Type.Object({ file: Type.String({ maxLength: 80 }) });
  app.get('/administration/announcements/:file', { config, schema: { params } }, (request, reply) => {
    const wanted = texts().find((text) => pathOf(text) === request.params.file);
    if (wanted === undefined) throw notFound();
    return reply
      .type('text/plain; charset=utf-8')
      .header('content-disposition', `attachment; filename="${pathOf(wanted)}"`)
      .send(`${wanted.subject}\n\n${wanted.text}`);
  });
}
