/** An MTA-STS policy (RFC 8461 section 3.2) as it is kept, and which servers it allows. */
export interface MtaStsPolicy {
  /** The id of the DNS record under which it was fetched; another one means another policy. */
  readonly id: string;
  readonly mode: 'enforce' | 'testing' | 'none';
  /** Names, or `*.` before a name. */
  readonly mx: readonly string[];
  /** Milliseconds since 1970. */
  readonly fetchedMs: number;
  /** Not to be used from then on. */
  readonly expiresMs: number;
}

/** Keeps policies over restarts: what was promised once must hold while an attacker keeps us from asking again. */
export interface MtaStsCache {
  get(domain: string): Promise<MtaStsPolicy | null>;
  put(domain: string, policy: MtaStsPolicy): Promise<void>;
}

/** RFC 8461 section 4.1: a wildcard stands for exactly one label. */
export function allowsHost(policy: MtaStsPolicy, host: string): boolean {
  return policy.mx.some((pattern) => {
    if (!pattern.startsWith('*.')) return pattern === host;
    const dot = host.indexOf('.');
    return dot > 0 && host.slice(dot + 1) === pattern.slice(2);
  });
}

/** For a process that keeps nothing. */
export function memoryMtaStsCache(maxPolicies = 10_000): MtaStsCache {
  const policies = new Map<string, MtaStsPolicy>();
  return {
    get: (domain) => Promise.resolve(policies.get(domain) ?? null),
    put: (domain, policy) => {
      policies.delete(domain);
      policies.set(domain, policy);
      for (const oldest of policies.keys()) {
        if (policies.size <= maxPolicies) break;
        policies.delete(oldest);
      }
      return Promise.resolve();
    },
  };
}
