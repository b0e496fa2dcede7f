/**
 * HTTPS on port 443 of a loopback address of this process's own, as MTA-STS asks for it: `mta-sts.<domain>` is served
 * what the test says. Port 443 needs root. The server's authority is trusted by the whole process from then on.
 */
import { createServer } from 'node:https';
import type { ServerResponse } from 'node:http';
import { createSecureContext, getCACertificates, setDefaultCACertificates } from 'node:tls';

import { CertificateAuthority } from './certificates.ts';
import type { Certificate } from './certificates.ts';

export interface ServedFile {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Instead of all of this. */
  readonly answer?: (response: ServerResponse) => void;
  /** Instead of one for `mta-sts.<domain>` by the trusted authority. */
  readonly certificate?: Certificate;
}

export interface PolicyServer {
  readonly address: string;
  readonly authority: CertificateAuthority;
  /** What is served from now on; null: 404. */
  serve(domain: string, file: ServedFile | null): void;
  /** Paths asked for, with their host. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

export async function startPolicyServer(): Promise<PolicyServer> {
  const authority = new CertificateAuthority('Policy CA');
  setDefaultCACertificates([...getCACertificates('default'), authority.cert]);
  const files = new Map<string, ServedFile>();
  const requests: string[] = [];
  const fallback = authority.issue({ subjectAltName: 'DNS:nobody.test' });
  const server = createServer(
    {
      ...fallback,
      SNICallback: (servername, done) => {
        const certificate = files.get(servername)?.certificate ?? issued(authority, servername);
        done(null, createSecureContext({ ...certificate }));
      },
    },
    (request, response) => {
      const host = request.headers.host ?? '';
      requests.push(`${host}${request.url ?? ''}`);
      const file = files.get(host);
      if (file?.answer !== undefined) file.answer(response);
      else
        response
          .writeHead(file === undefined ? 404 : (file.status ?? 200), {
            'content-type': 'text/plain',
            ...file?.headers,
          })
          .end(file?.body);
    },
  );
  server.on('tlsClientError', () => {});
  const address = `127.77.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', () => reject(new Error(`this test listens on ${address}:443; run it as root`)));
    server.listen(443, address, resolve);
  });
  return {
    address,
    authority,
    requests,
    serve(domain, file) {
      if (file === null) files.delete(`mta-sts.${domain}`);
      else files.set(`mta-sts.${domain}`, file);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

const certificates = new Map<string, Certificate>();

function issued(authority: CertificateAuthority, name: string): Certificate {
  const certificate = certificates.get(name) ?? authority.issue({ subjectAltName: `DNS:${name}` });
  certificates.set(name, certificate);
  return certificate;
}
