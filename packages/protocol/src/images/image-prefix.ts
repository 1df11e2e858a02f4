import { ok, type Result } from '../errors/result.ts';
import { parseImageReference, type ImageReference, type ImageReferenceError } from './image-reference.ts';

/** Which images a rule is about: a registry, a branch of its paths, one repository, or one tag or digest of it. */
export type ImagePrefix = { domain: string; path: string | null; tag: string | null; digest: string | null };

/**
 * Reads a prefix as people write it: `ghcr.io` (a whole registry), `ghcr.io/org`, `busybox`, `busybox:1.37`, `ghcr.io/org/train@sha256:…`.
 * A trailing slash says that what precedes it is a branch: `localhost:5000/` is a registry, `org/` all of docker.io/org.
 */
export function parseImagePrefix(text: string): Result<ImagePrefix, ImageReferenceError> {
  const isBranch = text.endsWith('/');
  const name = isBranch ? text.slice(0, -1) : text;
  if (!name.includes('/') && isRegistry(name, isBranch)) {
    const probe = parseImageReference(`${name}/x`);
    return probe.ok ? ok({ domain: probe.value.domain, path: null, tag: null, digest: null }) : probe;
  }
  // A branch has one more component: so `org/` is not taken for docker.io/library/org.
  const parsed = parseImageReference(isBranch ? `${name}/x` : name);
  if (!parsed.ok) return parsed;
  const { domain, path, tag, digest } = parsed.value;
  if (!isBranch) return ok({ domain, path, tag, digest });
  return ok({ domain, path: path.slice(0, -'/x'.length), tag: null, digest: null });
}

/** `busybox:1.37` is an image, `registry.local:5000` a registry: as for Docker, a dot or localhost makes the difference. */
function isRegistry(name: string, isBranch: boolean): boolean {
  const [host = ''] = name.split(':');
  return host === 'localhost' || host.includes('.') || (isBranch && name.includes(':'));
}

/**
 * Whole components alone match: ghcr.io/org covers ghcr.io/org/train, and not ghcr.io/organisation/train. Where a reference has a digest
 * its tag says nothing, since nobody asks for it: busybox:1.37 does not cover busybox:1.37@sha256:….
 */
export function matchesPrefix(image: ImageReference, prefix: ImagePrefix): boolean {
  if (image.domain !== prefix.domain) return false;
  if (prefix.path === null) return true;
  if (prefix.digest !== null) return image.path === prefix.path && image.digest === prefix.digest;
  if (prefix.tag !== null) return image.path === prefix.path && image.digest === null && (image.tag ?? 'latest') === prefix.tag;
  return image.path === prefix.path || image.path.startsWith(`${prefix.path}/`);
}
