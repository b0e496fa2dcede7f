/**
 * Headers of every response, errors and files included. The policy lets scripts, styles and requests come from our
 * own origin only; the frame that shows a message's HTML has a policy of its own, without script and without network,
 * and is the only place where inline styles are allowed.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types mailview',
].join('; ');

export const FRAME_POLICY = [
  "default-src 'none'",
  'img-src data: blob:',
  "style-src 'unsafe-inline'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  // Without the last word a page that a reader opens from a mail would run without its scripts.
  'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox',
].join('; ');

// Two years, the value that browsers' preload lists ask for.
const HSTS_SECONDS = 63_072_000;

/** `https`: whether browsers reach us by https (then they are told to stay there). */
export function securityHeaders(options: { https: boolean }): Readonly<Record<string, string>> {
  return {
    'content-security-policy': PAGE_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
    'x-robots-tag': 'noindex, nofollow',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), interest-cohort=()',
    ...(options.https && { 'strict-transport-security': `max-age=${HSTS_SECONDS}; includeSubDomains` }),
  };
}
