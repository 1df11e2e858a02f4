/** The URL that discovery hands to validators and the master, and how we came to it. */
export interface Announced {
  url: string;
  source: 'configured' | 'listening' | 'guess' | 'none';
}

export interface EndpointInput {
  configured: string | null;
  listen: { host: string; port: number };
  /** Of this machine, loopback aside. */
  addresses: readonly string[];
}

/** Without a setting: where we listen, or this machine's first address when we listen everywhere. */
export function announcedEndpoint({ configured, listen, addresses }: EndpointInput): Announced {
  if (configured !== null) return { url: configured, source: 'configured' };
  const isEverywhere = listen.host === '0.0.0.0' || listen.host === '::';
  if (!isEverywhere) return { url: urlOf(listen.host, listen.port), source: 'listening' };
  const [first] = addresses;
  return first === undefined
    ? { url: urlOf('127.0.0.1', listen.port), source: 'none' }
    : { url: urlOf(first, listen.port), source: 'guess' };
}

const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
