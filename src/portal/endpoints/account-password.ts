/** `POST /api/account/password`: a new password by whoever knows the old one; all other sessions end. */
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { browserName } from '../policies/browser.ts';
import { requireReader } from '../policies/reader.ts';
import { slowDown } from '../policies/refusals.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, errors, Nothing, Password } from '../wire.ts';
import { requireGoodPassword } from './registration.ts';

export function addAccountPasswordEndpoint(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/password', {
    schema: {
      summary: 'Change the password',
      body: body({ current: Password, password: Password }),
      response: { 200: Nothing, ...errors },
    },
    handler: async (request, reply) => {
      const reader = await requireReader(portal, request);
      const addresses = reader.addresses.map(({ address }) => address);
      requireGoodPassword(portal, request.body.password, addresses);
      const changed = await portal.passwordChanges.change(reader.account, {
        current: request.body.current,
        password: request.body.password,
        browser: browserName(request),
        tell: await portal.mails.accountChange('password-changed', addresses, reader.account.locale),
      });
      if (changed.outcome === 'wait') throw slowDown(changed.retryAfterSeconds);
      if (changed.outcome === 'wrong') throw new Refusal(422, 'password-wrong', 'That is not your password.');
      portal.cookies.set(reply, 'session', changed.token);
      return {};
    },
  });
}
