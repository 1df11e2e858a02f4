/** What a registry asks for in WWW-Authenticate: basic credentials, or a token that its realm gives out. */
export type AuthChallenge = { scheme: 'basic' } | { scheme: 'bearer'; realm: string; parameters: ReadonlyMap<string, string> };

/** Reads RFC 9110's `scheme name="value", …`; null for a scheme that we do not speak. */
export function parseChallenge(header: string | null): AuthChallenge | null {
  const [, scheme = '', rest = ''] = /^\s*([a-z]+)\s*(.*)$/is.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return null;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain] of rest.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi))
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'));
  const realm = parameters.get('realm');
  return realm === undefined ? null : { scheme: 'bearer', realm, parameters };
}

/**
 * Where the token is fetched, with what it is for. Throws TypeError for a realm that is no URL, or one in clear of a registry that is not.
 */
export function tokenUrlOf(
  challenge: Extract<AuthChallenge, { scheme: 'bearer' }>,
  { repository, registryUrl }: { repository: string; registryUrl: string },
): string {
  const url = new URL(challenge.realm);
  if (url.protocol !== 'https:' && registryUrl.startsWith('https:'))
    throw new TypeError('A registry behind https sends to a realm that is not');
  const service = challenge.parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', challenge.parameters.get('scope') ?? `repository:${repository}:pull`);
  return url.href;
}
