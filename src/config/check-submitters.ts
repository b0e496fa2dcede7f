/** What no single key of `[[submitters]]` and `[smtp]` can show: who is known by nothing, who needs TLS. */
import { isPrivateNetwork } from './private-networks.ts';
import type { Settings, SubmitterSetting } from './settings.ts';

type Report = (key: string, message: string) => void;

export function checkSubmitters(settings: Settings, report: Report): void {
  const { smtp, submitters, organization } = settings;
  for (const network of smtp.plaintextNetworks)
    if (!isPrivateNetwork(network))
      report('smtp.plaintextNetworks', `${network} is public: mail from there is taken over TLS only`);
  if (smtp.listenTls !== null && smtp.tls === null)
    report('smtp.tls', 'is needed with listenTls: the certificate and its key');
  const seen = new Set<string>();
  for (const [index, submitter] of submitters.entries()) {
    const key = `submitters.${index}`;
    for (const problem of problemsOf(submitter, smtp.tls !== null)) report(key, problem);
    for (const name of [
      `name ${submitter.name}`,
      ...(submitter.user === null ? [] : [`user ${submitter.user}`]),
    ]) {
      if (seen.has(name)) report(key, `${name} stands there twice`);
      seen.add(name);
    }
    for (const domain of submitter.domains)
      if (!organization.domains.some((ours) => covers(ours, domain)))
        report(`${key}.domains`, `${domain} is none of organization.domains`);
  }
}

function* problemsOf(submitter: SubmitterSetting, hasTls: boolean): Generator<string> {
  const { networks, certificateSha256, certificateCa, certificateName, user, passwordHash } = submitter;
  const hasCertificate = certificateSha256.length > 0 || certificateCa !== null;
  if (networks.length === 0 && !hasCertificate && user === null)
    yield 'needs something to be known by: networks, certificateSha256, certificateCa or user';
  if ((certificateCa === null) !== (certificateName === null))
    yield 'certificateCa and certificateName belong together: whose certificate, in which name';
  if ((user === null) !== (passwordHash === null))
    yield 'user and passwordHash belong together; "sendsecure submitter password" makes the hash';
  if ((submitter.secretField === null) !== (submitter.secretFile === null))
    yield 'secretField and secretFile belong together';
  if ((submitter.tenant !== null || submitter.secretField !== null) && networks.length === 0)
    yield 'a tenant or a secret field counts only from known networks: networks is missing';
  if ((hasCertificate || user !== null) && !hasTls)
    yield 'certificates and passwords need TLS: [smtp] tls is missing';
}

/** `domain` may itself be a pattern, which then has to lie inside. */
function covers(ours: string, domain: string): boolean {
  return ours === domain || (ours.startsWith('*.') && domain.replace('*.', '').endsWith(ours.slice(1)));
}
