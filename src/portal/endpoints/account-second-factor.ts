/** `/api/account/second-factor` and `/api/account/recovery-codes`: the second step beside a password. */
import { Type } from '@fastify/type-provider-typebox';

import { findPassword } from '#src/accounts/account-directory.ts';
import { confirmUnchanged, SHORT_PASSWORD } from '#src/accounts/credential-rows.ts';
import type { HttpApp } from '#src/http/http-server.ts';
import { Refusal } from '#src/http/refusal.ts';

import { commitChange } from '../policies/commit-change.ts';
import { requireRecentReader } from '../policies/reader.ts';
import { inviteApp, requireSetUp } from '../policies/second-factor.ts';
import { tellAccount } from '../policies/tell-account.ts';
import type { PortalContext } from '../portal-context.ts';
import { body, Code, errors, Nothing, TotpInvitation } from '../wire.ts';

const RecoveryCodes = Type.Object({ recoveryCodes: Type.Array(Type.String()) });

export function addAccountSecondFactorEndpoints(app: HttpApp, portal: PortalContext): void {
  app.post('/api/account/second-factor/setup', {
    schema: {
      summary: 'What an authenticator app needs',
      body: body({}),
      response: { 200: TotpInvitation, ...errors },
    },
    handler: async (request, reply) => {
      const { account } = await requireRecentReader(portal, request);
      return inviteApp(portal, reply, account);
    },
  });

  app.post('/api/account/second-factor', {
    schema: {
      summary: 'Turn the second step on; answers with the recovery codes, this once',
      body: body({ code: Code }),
      response: { 201: RecoveryCodes, ...errors },
    },
    handler: async (request, reply) => {
      const { account } = await requireRecentReader(portal, request);
      const cookie = portal.cookies.read(request, 'ticket');
      const done = requireSetUp(await portal.secondFactor.setUp(cookie, account.id, request.body.code));
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...done.statements,
        ...(await tellAccount(portal, account, 'second-factor-on')),
      ]);
      portal.cookies.clear(reply, 'ticket');
      return reply.code(201).send({ recoveryCodes: [...done.codes] });
    },
  });

  app.delete('/api/account/second-factor', {
    schema: { summary: 'Turn the second step off', response: { 200: Nothing, ...errors } },
    handler: async (request) => {
      const { account } = await requireRecentReader(portal, request);
      if (portal.settings.accountRules.secondFactor === 'required')
        throw new Refusal(409, 'second-factor-required', 'The organization wants a second step.');
      if ((await findPassword(portal, account.id))?.label === SHORT_PASSWORD)
        throw new Refusal(409, 'password-too-short-alone', 'Please choose a longer password first.');
      const statements = await portal.secondFactor.turnOff(account.id);
      if (statements.length === 0) return {};
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...statements,
        ...(await tellAccount(portal, account, 'second-factor-off')),
      ]);
      return {};
    },
  });

  app.post('/api/account/recovery-codes', {
    schema: {
      summary: 'Ten new recovery codes; older ones end',
      body: body({}),
      response: { 201: RecoveryCodes, ...errors },
    },
    handler: async (request, reply) => {
      const { account } = await requireRecentReader(portal, request);
      if ((await portal.secondFactor.find(account.id)) === null)
        throw new Refusal(409, 'second-factor-off', 'The second step is off.');
      const { codes, statements } = portal.secondFactor.renewRecoveryCodes(account.id);
      await commitChange(portal, [
        confirmUnchanged(portal, account),
        ...statements,
        ...(await tellAccount(portal, account, 'recovery-codes-made')),
      ]);
      return reply.code(201).send({ recoveryCodes: [...codes] });
    },
  });
}
