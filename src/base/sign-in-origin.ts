/** Over which addresses somebody may sign in: cookies that do so travel over https only, or stay on this machine. */
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** `url`: of the site that sets the cookie. */
export function canSignIn(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || LOCAL.has(hostname);
}
