export const SESSION_COOKIE = 'muster_session';

/** The session token of a `Cookie` header, or null. */
export function tokenFromCookies(header: string | undefined): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value] = pair.trim().split('=', 2);
    if (name === SESSION_COOKIE && value) return value;
  }
  return null;
}

/** The token of an `Authorization: Bearer …` header, or null. */
export const tokenFromBearer = (header: string | undefined): string | null => /^Bearer ([\w-]{20,200})$/.exec(header ?? '')?.[1] ?? null;

/** `Set-Cookie` that keeps (or, with null, ends) the session. Lax: a link from elsewhere arrives signed in, a foreign POST does not. */
export function sessionCookie(session: { token: string; expiresAt: Date } | null, { secure }: { secure: boolean }): string {
  const expires = session?.expiresAt ?? new Date(0);
  return `${SESSION_COOKIE}=${session?.token ?? ''}; Path=/; HttpOnly; SameSite=Lax; Expires=${expires.toUTCString()}${secure ? '; Secure' : ''}`;
}
