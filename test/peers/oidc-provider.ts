/**
 * An identity provider that was not written with us: npm's `oidc-provider` on a free port, with accounts that a test
 * names. Whoever signs in there is chosen by a cookie, or by a person on its page.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { interactionPolicy, Provider } from 'oidc-provider';

export interface OidcPeer {
  readonly issuer: string;
  /** Claims by subject; `sub` is added. */
  readonly accounts: Map<string, Readonly<Record<string, unknown>>>;
  /** Goes where `start` says as `who`, follows the redirects; the path and query with which it ends at `origin`. */
  visit(start: string, who: string, origin: string): Promise<string>;
  close(): Promise<void>;
}

const CLAIMS = ['email', 'email_verified', 'hd', 'tid', 'xms_edov'];
const MOST_HOPS = 12;

export async function startOidcProvider(client: {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUris: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}): Promise<OidcPeer> {
  const accounts: OidcPeer['accounts'] = new Map();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(client.port ?? 0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [...client.redirectUris],
      },
    ],
    claims: { openid: ['sub'], email: CLAIMS },
    conformIdTokenClaims: false,
    cookies: { keys: ['only for tests'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: async () => ({ sub, ...accounts.get(sub) }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/login/${interaction.uid}`, policy },
  });
  const callback = provider.callback();
  server.on('request', (request, response) => {
    const isLogin = request.url?.startsWith('/login/') === true;
    if (!isLogin) void callback(request, response);
    else logIn(provider, accounts, request, response).catch(() => response.destroy());
  });
  return {
    issuer,
    accounts,
    visit: (start, who, origin) => visit(start, who, origin),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Signs in whom the cookie or the person names, and consents. */
async function logIn(
  provider: Provider,
  accounts: OidcPeer['accounts'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params, prompt, session } = await provider.interactionDetails(request, response);
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({
      accountId: session?.accountId ?? '',
      clientId: String(params['client_id']),
    });
    grant.addOIDCScope('openid email');
    const consent = { grantId: await grant.save() };
    return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
  }
  const named = new URL(request.url ?? '/', 'http://localhost').searchParams.get('who');
  const accountId = named ?? /who=([\w-]+)/u.exec(request.headers.cookie ?? '')?.[1];
  if (accountId === undefined) {
    response.setHeader('content-type', 'text/html');
    const links = [...accounts.keys()].map((sub) => `<p><a href="?who=${sub}">${sub}</a></p>`);
    response.end(
      `<!doctype html><link rel="icon" href="data:,"><title>Choose an account</title><h1>Choose an account</h1>${links.join('')}`,
    );
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId }, select_account: {} });
}

async function visit(start: string, who: string, origin: string): Promise<string> {
  const jar = new Map([['who', who]]);
  let url = start;
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    await answer.arrayBuffer();
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      jar.set(name, value);
    }
    url = new URL(answer.headers.get('location') ?? '', url).href;
    if (url.startsWith(origin)) return url.slice(origin.length);
  }
  throw new Error('the provider sent the browser nowhere');
}
