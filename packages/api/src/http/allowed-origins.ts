const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

export type AllowedOrigins = {
  /** Where this server says that it lives. */
  readonly primary: string;
  has(origin: string): boolean;
};

/** The origins whose pages may act with a visitor's cookie: our own alone, under each of its loopback names when it is one. */
export function allowedOrigins(publicUrl: string): AllowedOrigins {
  const url = new URL(publicUrl);
  const origins = new Set([url.origin]);
  if (LOOPBACK.includes(url.hostname)) {
    for (const host of LOOPBACK) origins.add(new URL(`${url.protocol}//${host}${url.port ? `:${url.port}` : ''}`).origin);
  }
  return { primary: url.origin, has: (origin) => origins.has(origin) };
}
