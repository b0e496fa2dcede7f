/** `sendsecure admin`: the first administrator, and every other officer whom the host lets in. */
import { parseArgs } from 'node:util';

import { systemRandom } from '#src/base/identifiers.ts';
import { adminInviteCommand, adminListCommand, adminRevokeCommand } from '#src/gateway/commands/admin.ts';
import { digestOfLink, newLinkToken } from '#src/staff/staff-links.ts';

import type { Command } from './command.ts';
import { CommandFailed, EXIT } from './exit-codes.ts';
import { readSettings } from './read-settings.ts';
import { runOnGateway } from './run-on-gateway.ts';

const HELP = [
  'sendsecure admin invite ADDRESS [--role ROLE] [--config FILE] [--json]',
  'sendsecure admin list [--config FILE] [--json]',
  'sendsecure admin revoke ADDRESS [--config FILE] [--json]',
  '',
  'invite prints a link. Whoever opens it within 24 hours registers a passkey and has the role, so hand it over',
  'yourself. ROLE is administrator (the default), security-officer, privacy-officer or help-desk.',
  'list shows who has which role. revoke takes away every role of a person and ends their sessions.',
].join('\n');

export const adminCommand: Command = {
  name: 'admin',
  summary: 'Invite officers of the staff pages, list them, take their roles away.',
  help: HELP,
  async run(args) {
    const { positionals, values } = parse(args);
    const [what, address, ...more] = positionals;
    if (more.length > 0) throw new CommandFailed(EXIT.usage, HELP);
    const settings = await readSettings(values.config);
    const print = (answer: unknown, words: string) =>
      process.stdout.write(values.json === true ? `${JSON.stringify(answer, null, 2)}\n` : words);
    if (what === 'invite' && address !== undefined) {
      const token = newLinkToken(systemRandom);
      const answer = await runOnGateway(settings, adminInviteCommand, {
        address,
        role: values.role ?? 'administrator',
        digest: digestOfLink(token).toString('hex'),
      });
      const url = `${answer.consoleUrl}/invite/${token}`;
      print({ address: answer.address, role: answer.role, url }, invitation({ ...answer, url }));
      return EXIT.ok;
    }
    if (what === 'list' && address === undefined) {
      const answer = await runOnGateway(settings, adminListCommand, {});
      const lines = answer.officers.map(
        ({ addresses, roles }) =>
          `${addresses.join(', ') || '(no address)'}: ${roles.map(({ role, source }) => `${role} (${source})`).join(', ')}\n`,
      );
      print(answer, lines.length === 0 ? 'Nobody has a higher role yet.\n' : lines.join(''));
      return EXIT.ok;
    }
    if (what === 'revoke' && address !== undefined) {
      const answer = await runOnGateway(settings, adminRevokeCommand, { address });
      const roles = answer.revoked.length === 0 ? 'no role' : answer.revoked.join(', ');
      print(answer, `Taken away: ${roles}. Every session was ended.\n`);
      return EXIT.ok;
    }
    throw new CommandFailed(EXIT.usage, HELP);
  },
};

function invitation({ address, role, url }: { address: string; role: string; url: string }): string {
  return [
    `Invitation for ${address} as ${role}. It works once, for 24 hours:`,
    '',
    `  ${url}`,
    '',
    'Open it in the browser that the person will use, or hand it over in person: whoever has it gets the role.',
    '',
  ].join('\n');
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { config: { type: 'string' }, role: { type: 'string' }, json: { type: 'boolean' } },
    });
  } catch (error) {
    throw new CommandFailed(EXIT.usage, `${error instanceof Error ? error.message : ''}\n\n${HELP}`);
  }
}
