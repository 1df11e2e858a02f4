import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

export type GuardedFetchErrorCode =
  | 'URL_INVALID'
  | 'SCHEME_FORBIDDEN'
  | 'USERINFO_FORBIDDEN'
  | 'PORT_FORBIDDEN'
  | 'HOST_FORBIDDEN'
  | 'ADDRESS_FORBIDDEN'
  | 'NAME_UNRESOLVED'
  | 'REDIRECT_REFUSED'
  | 'RESPONSE_TOO_LARGE'
  | 'TIMED_OUT'
  | 'UNREACHABLE';

export class GuardedFetchError extends Error {
  override readonly name = 'GuardedFetchError';
  constructor(
    readonly code: GuardedFetchErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface AddressPolicy {
  /** Admits loopback, private, unique-local and carrier-NAT addresses: for the dev chain only. */
  allowPrivate: boolean;
}

const PRIVATE_RANGES = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** Whether a connection to this IP address may be opened. Everything that is not plainly public is refused. */
export function isAddressAllowed(address: string, { allowPrivate }: AddressPolicy): boolean {
  if (isIP(address) === 0 || address.includes('%')) return false;
  // process() unwraps ::ffff:a.b.c.d, which would otherwise smuggle an IPv4 address past the check.
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (PRIVATE_RANGES.has(range)) return allowPrivate;
  if (range !== 'unicast') return false;
  // Only 2000::/3 is assigned; the rest (::a.b.c.d, fec0::/10, …) embeds or once meant something local.
  return !(parsed instanceof ipaddr.IPv6) || ((parsed.parts[0] ?? 0) & 0xe000) === 0x2000;
}

/** Ports of the WHATWG fetch standard's block list that lie above 1023: no HTTP server is meant there. */
const BLOCKED_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** Of the privileged ports only HTTP's own, so that no URL speaks to a mail or shell server. */
function isPortAllowed(port: string): boolean {
  const number = Number(port);
  return port === '' || number === 80 || number === 443 || (number >= 1024 && !BLOCKED_PORTS.has(number));
}

const LOCAL_NAMES = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|home\.arpa)$/;

/**
 * Checks everything about a URL that needs no network: scheme, user info, port, host name and literal addresses.
 * Throws GuardedFetchError. A name still has to be resolved through createGuardedLookup.
 */
export function checkUrl(input: string | URL, policy: AddressPolicy & { schemes?: readonly string[] }): URL {
  const { schemes = ['http:', 'https:'] } = policy;
  const text = String(input);
  // Parsers disagree on these; so nobody may use them.
  if (/[\s\\\p{Cc}]/u.test(text)) throw new GuardedFetchError('URL_INVALID', 'The URL contains a character that is not allowed');
  const url = parseUrl(text);
  if (!schemes.includes(url.protocol)) throw new GuardedFetchError('SCHEME_FORBIDDEN', `The scheme ${url.protocol} is not allowed`);
  if (url.username || url.password || authorityOf(text).includes('@'))
    throw new GuardedFetchError('USERINFO_FORBIDDEN', 'User info in a URL is not allowed');
  if (!isPortAllowed(url.port)) throw new GuardedFetchError('PORT_FORBIDDEN', `Port ${url.port} is not allowed`);
  checkHost(url, authorityOf(text), policy);
  return url;
}

function checkHost(url: URL, authority: string, policy: AddressPolicy): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    // The URL parser turned 0x7f.1, 2130706433 or 0177.0.0.1 into dotted decimal: such a spelling only serves to hide.
    const written = authority.replace(/:\d*$/, '').replace(/\.$/, '');
    if (isIP(host) === 4 && written !== host)
      throw new GuardedFetchError('HOST_FORBIDDEN', 'The IPv4 address is written in an unusual form');
    if (!isAddressAllowed(host, policy)) throw new GuardedFetchError('ADDRESS_FORBIDDEN', `The address ${host} is not public`);
    return;
  }
  const name = host.replace(/\.$/, '').toLowerCase();
  if (!policy.allowPrivate && (LOCAL_NAMES.test(name) || !name.includes('.'))) {
    throw new GuardedFetchError('HOST_FORBIDDEN', 'The host name is a local one');
  }
}

function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch (error) {
    throw new GuardedFetchError('URL_INVALID', 'This is not a URL', { cause: error });
  }
}

function authorityOf(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/*([^/?#]*)/i.exec(text)?.[1] ?? '';
}

/** Resolves a name to all its addresses; the system's resolver unless a test says otherwise. */
export type ResolveAll = (hostname: string) => Promise<LookupAddress[]>;

const resolveBySystem: ResolveAll = (hostname) =>
  new Promise((resolve, reject) => dnsLookup(hostname, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses))));

/**
 * A `lookup` for sockets and agents. The check and the connection use the same answer, so a name cannot be rebound in
 * between; one forbidden address among the answers refuses them all.
 */
export function createGuardedLookup(policy: AddressPolicy & { resolve?: ResolveAll }): LookupFunction {
  const { resolve = resolveBySystem } = policy;
  return (hostname, options, callback) => {
    pickAddresses(hostname, options, policy, resolve).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family ?? 0);
      },
      (error: NodeJS.ErrnoException) => callback(error, options.all === true ? [] : ''),
    );
  };
}

async function pickAddresses(
  hostname: string,
  options: LookupOptions,
  policy: AddressPolicy,
  resolve: ResolveAll,
): Promise<LookupAddress[]> {
  const addresses = await resolve(hostname).catch((error: unknown) => {
    throw new GuardedFetchError('NAME_UNRESOLVED', `The name ${hostname} does not resolve`, { cause: error });
  });
  if (addresses.some(({ address }) => !isAddressAllowed(address, policy))) {
    throw new GuardedFetchError('ADDRESS_FORBIDDEN', `The name ${hostname} resolves to an address that is not public`);
  }
  const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : (options.family ?? 0);
  const usable = addresses.filter((entry) => family === 0 || entry.family === family);
  if (usable.length === 0) throw new GuardedFetchError('NAME_UNRESOLVED', `The name ${hostname} has no usable address`);
  return usable;
}
