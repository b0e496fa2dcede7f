import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import tls from 'node:tls';
import { after, before, describe, it } from 'node:test';

import { silentLog } from '#src/base/log.ts';
import { CertificateAuthority } from '#test/peers/certificates.ts';

import { createHttpServer, type HttpServer } from './http-server.ts';

const HOST = 'secure.hospital.test';

describe('https', () => {
  const authority = new CertificateAuthority();
  const first = authority.issue({ subjectAltName: `DNS:${HOST}` });
  const second = authority.issue({ subjectAltName: `DNS:${HOST}` });
  let server: HttpServer;
  let port: number;
  before(async () => {
    server = await createHttpServer({
      log: silentLog,
      publicUrl: `https://${HOST}`,
      allowedHosts: [HOST],
      tls: first,
    });
    server.app.get('/slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { done: true };
    });
    ({ port } = await server.listen({ host: '127.0.0.1', port: 0 }));
  });
  after(() => server.close());

  it('takes TLS 1.2 and later only', async () => {
    assert.equal(await handshake({ maxVersion: 'TLSv1.2' }), serialOf(first.cert));
    assert.equal(await handshake({ minVersion: 'TLSv1.3' }), serialOf(first.cert));
    await assert.rejects(
      handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    );
  });

  it('takes a new certificate without a restart, and keeps the old one where the new is not usable', async () => {
    server.reloadTls(second);
    assert.equal(await handshake({}), serialOf(second.cert));
    assert.throws(() => server.reloadTls({ cert: 'no certificate', key: 'no key' }));
    assert.throws(() => server.reloadTls({ cert: first.cert, key: second.key }));
    assert.equal(await handshake({}), serialOf(second.cert));
  });

  it('finishes what is under way when it closes', async () => {
    const answer = get('/slow');
    await new Promise((resolve) => setTimeout(resolve, 30));
    await server.close();
    assert.equal(await answer, '{"done":true}');
    await assert.rejects(get('/slow'));
  });

  function handshake(options: tls.ConnectionOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = tls.connect(
        { port, host: '127.0.0.1', servername: HOST, ca: authority.cert, ...options },
        () => {
          resolve(socket.getPeerCertificate().serialNumber);
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });
  }

  function get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = https.get(
        {
          port,
          host: '127.0.0.1',
          servername: HOST,
          path,
          headers: { host: HOST },
          ca: authority.cert,
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (piece: string) => (text += piece));
          response.on('end', () => resolve(text));
        },
      );
      request.on('error', reject);
    });
  }
});

function serialOf(cert: string): string {
  return new X509Certificate(cert).serialNumber;
}
