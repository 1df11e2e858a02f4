import { z } from 'zod';

import { err, ok, type Result } from '../errors/result.ts';

/** The name of an image, by the grammar of the distribution specification, with Docker's defaults filled in. */
export type ImageReference = {
  /** Host with its port, if any; docker.io when left out. */
  domain: string;
  /** The repository inside the registry; library/… for Docker's own. */
  path: string;
  tag: string | null;
  /** algorithm:hex; what it names never changes. */
  digest: string | null;
};

export type ImageReferencePart = 'name' | 'domain' | 'path' | 'tag' | 'digest';

/** `at`: the part of the text that is wrong, as [start, end). */
export type ImageReferenceError = { part: ImageReferencePart; message: string; at: { start: number; end: number } };

export const DEFAULT_DOMAIN = 'docker.io';
/** Names under which Docker's registry answers too. */
const DOCKERS_OWN: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']);
/** Of domain and path together, as registries store it. */
const MAX_NAME = 255;
/** Name, tag and the longest digest, with their separators. */
export const MAX_IMAGE_REFERENCE = MAX_NAME + 1 + 128 + 1 + 135;

const HOST = String.raw`(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])`;
const DOMAIN = new RegExp(String.raw`^(?:${HOST}(?:\.${HOST})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`);
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const HEX_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

export const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

export const imageDigestSchema = z.string().regex(digestPattern, 'expected sha256: and 64 hex digits');

/** Reads `busybox`, `host:5000/team/img:tag`, `ghcr.io/org/train@sha256:…` or both tag and digest. The error points at the part. */
export function parseImageReference(text: string): Result<ImageReference, ImageReferenceError> {
  const whole = { start: 0, end: text.length };
  if (text === '') return refuse('name', 'expected an image such as busybox:1.37', whole);
  if (text.length > MAX_IMAGE_REFERENCE) return refuse('name', `longer than ${MAX_IMAGE_REFERENCE} characters`, whole);
  const at = text.indexOf('@');
  const named = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the domain's port.
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const name = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  const digest = at < 0 ? null : text.slice(at + 1);

  const split = splitDomain(name);
  const problem =
    checkDomain(split.domain, split.pathStart) ??
    checkPath(split.path, split.pathStart) ??
    checkLength(split, whole) ??
    (tag === null ? null : checkTag(tag, colon + 1)) ??
    (digest === null ? null : checkDigest(digest, at + 1));
  if (problem) return err(problem);
  const { domain, path } = normalise(split);
  return ok({ domain, path, tag, digest });
}

/** The one spelling of a reference: domain and path in full, then what it has of tag and digest. */
export function formatImageReference({ domain, path, tag, digest }: ImageReference): string {
  return `${domain}/${path}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}

/** As people write it: without Docker's defaults. */
export function familiarImageName({ domain, path, tag, digest }: ImageReference): string {
  const short = path.replace(/^library\/(?!.*\/)/, '');
  // docker.io/a.b/img must not become a.b/img, which is another registry's.
  const name = domain === DEFAULT_DOMAIN && splitDomain(short).domain === null ? short : `${domain}/${path}`;
  return `${name}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
}

/** What a registry is asked for: the digest where there is one, else the tag, else `latest`. */
export const wantedOf = ({ tag, digest }: ImageReference): string => digest ?? tag ?? 'latest';

/** Registries on this machine speak plain HTTP, as for Docker. */
export const isLoopbackDomain = (domain: string): boolean => /^(localhost|127(?:\.\d+){3}|\[::1\])(:\d+)?$/.test(domain);

type Split = { domain: string | null; path: string; pathStart: number };

/** By Docker's rule the first component is a host only if it could not be a path: a dot, a port, localhost or a capital letter. */
function splitDomain(name: string): Split {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = slash >= 0 && (/[.:[]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  return isHost ? { domain: first, path: name.slice(slash + 1), pathStart: slash + 1 } : { domain: null, path: name, pathStart: 0 };
}

function normalise({ domain, path }: Split): { domain: string; path: string } {
  const spelt = domain === null ? DEFAULT_DOMAIN : oneSpelling(domain);
  const host = DOCKERS_OWN.has(spelt) ? DEFAULT_DOMAIN : spelt;
  return { domain: host, path: host === DEFAULT_DOMAIN && !path.includes('/') ? `library/${path}` : path };
}

/** A host has many spellings, and a rule about it must hold for all: in lower case, addresses in their usual form, no default port. */
function oneSpelling(domain: string): string {
  const lower = domain.toLowerCase();
  const url = `${isLoopbackDomain(lower) ? 'http' : 'https'}://${lower}`;
  if (!URL.canParse(url)) return lower;
  const { host } = new URL(url);
  const isHost = splitDomain(`${host}/x`).domain !== null;
  // Without its port a single name would be taken for a path.
  return isHost ? host : `${host}:443`;
}

function checkDomain(domain: string | null, pathStart: number): ImageReferenceError | null {
  if (domain === null || DOMAIN.test(domain)) return null;
  return { part: 'domain', message: `"${domain}" is no host such as ghcr.io or localhost:5000`, at: { start: 0, end: pathStart - 1 } };
}

function checkPath(path: string, start: number): ImageReferenceError | null {
  let offset = start;
  for (const component of path.split('/')) {
    const at = { start: offset, end: offset + component.length };
    if (component === '') return { part: 'path', message: 'a part of the path is empty', at };
    if (!PATH_COMPONENT.test(component)) return { part: 'path', message: pathMessage(component), at };
    offset = at.end + 1;
  }
  if (start === 0 && /^[0-9a-f]{64}$/.test(path))
    return { part: 'path', message: 'a name of 64 hex digits would be taken for an image id', at: { start, end: start + path.length } };
  return null;
}

const pathMessage = (component: string): string =>
  /[A-Z]/.test(component)
    ? `"${component}" has capital letters, which a repository's name may not have`
    : `"${component}" is not made of a-z and 0-9 with single . _ or - between them`;

function checkLength(split: Split, at: { start: number; end: number }): ImageReferenceError | null {
  const { domain, path } = normalise(split);
  if (domain.length + 1 + path.length <= MAX_NAME) return null;
  return { part: 'name', message: `host and path are longer than ${MAX_NAME} characters`, at };
}

function checkTag(tag: string, start: number): ImageReferenceError | null {
  if (TAG.test(tag)) return null;
  const message =
    tag === ''
      ? 'the tag after the colon is missing'
      : `"${tag}" is no tag: up to 128 letters, digits, _ . and -, not beginning with . or -`;
  return { part: 'tag', message, at: { start, end: start + tag.length } };
}

function checkDigest(digest: string, start: number): ImageReferenceError | null {
  if (digestPattern.test(digest)) return null;
  const at = { start, end: start + digest.length };
  const colon = digest.indexOf(':');
  const algorithm = colon < 0 ? digest : digest.slice(0, colon);
  const length = HEX_LENGTHS[algorithm];
  if (colon < 0 || length === undefined) return { part: 'digest', message: 'expected sha256: and 64 hex digits after the @', at };
  return { part: 'digest', message: `expected ${length} lowercase hex digits after ${algorithm}:`, at };
}

const refuse = (
  part: ImageReferencePart,
  message: string,
  at: { start: number; end: number },
): Result<ImageReference, ImageReferenceError> => err({ part, message, at });
