/** An author signed in to the staff pages of a whole gateway, by the mailed link, as a browser does it. */
import type { GatewayWithSinks } from './gateway-with-sinks.ts';

export interface SignedInAuthor {
  get(path: string): Promise<string>;
  /** Where the answer leads. */
  post(path: string, form?: Record<string, string>): Promise<string>;
}

export async function signInAuthor(world: GatewayWithSinks, address: string): Promise<SignedInAuthor> {
  const cookies = new Map<string, string>();
  const request = async (path: string, form?: Record<string, string>): Promise<Response> => {
    const answer = await fetch(new URL(path, world.gateway.consoleUrl), {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form !== undefined && {
          origin: world.gateway.consoleUrl,
          'content-type': 'application/x-www-form-urlencoded',
        }),
      },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form).toString() }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const seen = world.at('inside', ({ kind }) => kind === 'staff-link').length;
  await request('/sign-in/link', { address });
  const mails = await world.waitFor('inside', ({ kind }) => kind === 'staff-link', seen + 1);
  const link = /\/sign-in\/link\/[\w-]+/u.exec(mails.at(-1)?.text ?? '')?.[0];
  if (link === undefined) throw new Error('no link to sign in was mailed');
  await request(link, {});
  return {
    get: async (path) => (await request(path)).text(),
    post: async (path, form = {}) => {
      const answer = await request(path, form);
      return answer.headers.get('location') ?? `${answer.status}`;
    },
  };
}
