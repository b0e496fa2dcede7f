/** Back to the page that was asked for, after signing in: a path of ours and never another site. */

const PATH = /^\/(?![/\\])[\w\-.~/%?=&+:@,;]*$/u;
const MAX_LENGTH = 300;

/** The path where it is one of ours, else the start page. */
export function returnPath(asked: string | undefined): string {
  const isOurs = asked !== undefined && asked.length <= MAX_LENGTH && PATH.test(asked);
  return isOurs && !asked.startsWith('/sign-in') ? asked : '/';
}

/** The sign-in page that leads back to `asked`. */
export function signInPath(asked: string): string {
  const back = returnPath(asked);
  return back === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(back)}`;
}
