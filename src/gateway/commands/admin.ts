/** Officers, as who runs the host sees them: inviting, listing, taking roles away. No link or token passes here. */
import { Type } from 'typebox';

import { parseMailAddress } from '#src/base/mail-address.ts';
import { CommandRefused, controlCommand } from '#src/control/control-command.ts';
import { isInternalDomain } from '#src/policy/domains.ts';
import { invite } from '#src/staff/invites.ts';
import { HIGHER_ROLES, isHigherRole } from '#src/staff/roles.ts';
import { addressesOf, findAddress, rolesGrantedTo } from '#src/staff/staff-directory.ts';
import { revokeRole } from '#src/staff/staff-rows.ts';
import { StaffSessions } from '#src/staff/staff-sessions.ts';

import type { Core } from '../core.ts';
import { staffContext } from '../staff-parts.ts';

const HEX_SHA256 = '^[0-9a-f]{64}$';

/** The command line keeps the link's token; what comes here is its digest. */
export const adminInviteCommand = controlCommand({
  name: 'admin-invite',
  request: Type.Object({
    address: Type.String(),
    role: Type.String(),
    digest: Type.String({ pattern: HEX_SHA256 }),
  }),
  answer: Type.Object({ address: Type.String(), role: Type.String(), consoleUrl: Type.String() }),
  async run(core: Core, { address, role, digest }, { actor }) {
    const mailbox = parseMailAddress(address);
    const context = staffContext(core);
    if (mailbox === null) throw new CommandRefused('wrong-use', `${address} is no mail address.`);
    if (!isInternalDomain(mailbox.domain, context.internalDomains()))
      throw new CommandRefused(
        'wrong-use',
        `${address} is at none of [organization] domains (${context.internalDomains().join(', ')}).`,
      );
    if (!isHigherRole(role))
      throw new CommandRefused('wrong-use', `--role is one of ${HIGHER_ROLES.join(', ')}.`);
    const invitation = { address: mailbox, role, digest: Buffer.from(digest, 'hex'), by: `host: ${actor}` };
    await core.database.commit([...invite(context, invitation)]);
    return { address: mailbox.raw, role, consoleUrl: core.settings.console.publicUrl };
  },
});

export const adminListCommand = controlCommand({
  name: 'admin-list',
  request: Type.Object({}),
  answer: Type.Object({
    officers: Type.Array(
      Type.Object({
        addresses: Type.Array(Type.String()),
        roles: Type.Array(Type.Object({ role: Type.String(), source: Type.String() })),
      }),
    ),
  }),
  async run(core: Core) {
    const context = staffContext(core);
    const { query } = core.database;
    const people = await query.selectFrom('staff_roles').select('staffId').distinct().execute();
    const officers = [];
    for (const { staffId } of people) {
      const addresses = (await addressesOf(context, staffId)).map(({ address }) => address);
      const roles = (await rolesGrantedTo(context, staffId)).map(({ role, source }) => ({ role, source }));
      officers.push({ addresses, roles });
    }
    return { officers };
  },
});

export const adminRevokeCommand = controlCommand({
  name: 'admin-revoke',
  request: Type.Object({ address: Type.String() }),
  answer: Type.Object({ revoked: Type.Array(Type.String()) }),
  async run(core: Core, { address }, { actor }) {
    const context = staffContext(core);
    const mailbox = parseMailAddress(address);
    const holders = mailbox === null ? [] : await findAddress(context, mailbox.canonical);
    const owner = holders.find(({ kind }) => kind === 'own');
    if (owner === undefined)
      throw new CommandRefused('not-found', `Nobody of the staff has the address ${address}.`);
    const { staffId } = owner;
    const roles = await rolesGrantedTo(context, staffId);
    const by = `host: ${actor}`;
    await core.database.commit([
      ...roles.flatMap((role) => revokeRole(context, role, by)),
      ...new StaffSessions(context).endAllStatements(staffId, by),
    ]);
    return { revoked: roles.map(({ role }) => role) };
  },
});
