import { createHash } from 'node:crypto';
import { AppError } from '@muster/protocol/errors/app-error';
import {
  DEFAULT_DOMAIN,
  digestPattern,
  familiarImageName,
  isLoopbackDomain,
  type ImageReference,
} from '@muster/protocol/images/image-reference';
import { createGuardedStream, type GuardedStream, type StreamedResponse } from '@muster/runtime/guarded-stream';
import { z } from 'zod';
import type {
  BlobDescriptor,
  ImageRegistry,
  ImageRepository,
  Platform,
  RegistryCredentials,
  ResolvedImage,
} from '../../ports/image-registry.ts';
import { parseChallenge, tokenUrlOf } from './challenge.ts';
import { isPlatform, MANIFEST_TYPES, parseConfig, parseManifest, type Manifest } from './manifest.ts';
import { connectionError, refusalOf } from './registry-error.ts';

const IDLE_MS = 30_000;
const MAX_REDIRECTS = 5;
/** As the engines cap it: nothing honest comes near. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
/** The engine repeats it for each container, whenever it lists them and with every event. */
const MAX_RUN_CHARS = 128 * 1024;
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * Registries by their HTTP API. A registry's host comes from a buyer, so every connection goes through the guard; plain HTTP is spoken
 * to loopback alone, as engines do, and loopback is reached on the dev chain alone.
 */
export function createImageRegistry({ allowPrivate }: { allowPrivate: boolean }): ImageRegistry {
  const get = createGuardedStream({ allowPrivate, idleTimeoutMs: IDLE_MS, maxRedirects: MAX_REDIRECTS });
  return { repository: (reference, options) => openRepository(get, reference, options) };
}

export function baseUrlOf(domain: string): string {
  if (domain === DEFAULT_DOMAIN) return 'https://registry-1.docker.io';
  return `${isLoopbackDomain(domain) ? 'http' : 'https'}://${domain}`;
}

function openRepository(
  get: GuardedStream,
  reference: ImageReference,
  { credentials, signal }: { credentials: RegistryCredentials | null; signal: AbortSignal },
): ImageRepository {
  const { domain, path } = reference;
  const name = familiarImageName({ ...reference, tag: null, digest: null });
  const base = `${baseUrlOf(domain)}/v2/${path}`;
  let authorization: string | null = null;

  async function ask(url: string, headers: Record<string, string>, image: string): Promise<StreamedResponse> {
    const send = async () => {
      try {
        return await get(url, { headers: { ...headers, ...(authorization === null ? {} : { authorization }) }, signal });
      } catch (error) {
        signal.throwIfAborted();
        throw connectionError(image, error);
      }
    };
    let response = await send();
    if (response.status === 401) {
      const obtained = await authorise(response.headers.get('www-authenticate'), image);
      if (obtained !== null && obtained !== authorization) {
        await drop(response);
        authorization = obtained;
        response = await send();
      }
    }
    if (response.status === 200 || response.status === 206) return response;
    throw refusalOf({ status: response.status, text: await headOf(response), image, withCredentials: credentials !== null });
  }

  /** What answers the challenge; null when nothing of ours does. */
  async function authorise(header: string | null, image: string): Promise<string | null> {
    const challenge = parseChallenge(header);
    const basic = credentials && `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    if (challenge?.scheme !== 'bearer') return challenge ? basic : null;
    try {
      const response = await get(tokenUrlOf(challenge, { repository: path, registryUrl: base }), {
        headers: basic ? { authorization: basic } : {},
        signal,
      });
      if (response.status !== 200)
        throw refusalOf({ status: response.status, text: await headOf(response), image, withCredentials: credentials !== null });
      const { token, access_token: other } = tokenSchema.parse(JSON.parse((await documentOf(response)).toString()));
      return `Bearer ${token ?? other ?? ''}`;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AppError) throw error;
      throw connectionError(image, error) instanceof AppError
        ? connectionError(image, error)
        : new AppError('IMAGE_PULL_FAILED', {
            publicMessage: `${image} could not be pulled: its registry gives out no token`,
            cause: error,
          });
    }
  }

  async function readManifest(wanted: string): Promise<{ manifest: Manifest; digest: string }> {
    const image = nameOf(name, wanted);
    const response = await ask(`${base}/manifests/${wanted}`, { accept: MANIFEST_TYPES.join(', ') }, image);
    const bytes = await documentOf(response);
    const digest = hashOf(bytes, digestPattern.test(wanted) ? wanted : 'sha256:');
    if (digestPattern.test(wanted) && digest !== wanted) throw damaged(image, 'manifest');
    const manifest = parseManifest(parseJson(bytes));
    if (!manifest) throw new AppError('IMAGE_PULL_FAILED', { publicMessage: `${image} is of a kind that this agent does not know` });
    return { manifest, digest };
  }

  async function resolve(wanted: string, platform: Platform): Promise<ResolvedImage> {
    const image = nameOf(name, wanted);
    const first = await readManifest(wanted);
    const chosen = first.manifest.kind === 'index' ? await readManifest(pick(first.manifest, platform, image).digest) : first;
    if (chosen.manifest.kind === 'index') throw new AppError('IMAGE_PULL_FAILED', { publicMessage: `${image} is an index of indices` });
    const { config, layers } = chosen.manifest;
    if (config.sizeBytes > MAX_DOCUMENT_BYTES) throw damaged(image, 'configuration');
    const configBytes = await documentOf(await ask(`${base}/blobs/${config.digest}`, {}, image));
    if (hashOf(configBytes, config.digest) !== config.digest) throw damaged(image, 'configuration');
    const parsed = parseConfig(parseJson(configBytes));
    if (parsed?.diffIds.length !== layers.length) throw damaged(image, 'configuration');
    if (parsed.runChars > MAX_RUN_CHARS) throw overloaded(image);
    if (!isPlatform(parsed, platform)) throw otherPlatform(image, platform, [parsed]);
    return { digest: first.digest, manifestDigest: chosen.digest, config, layers, diffIds: parsed.diffIds, configBytes };
  }

  return {
    resolve,
    async openBlob({ digest }: BlobDescriptor, offset: number) {
      const response = await ask(`${base}/blobs/${digest}`, offset > 0 ? { range: `bytes=${offset}-` } : {}, name);
      return { offset: response.status === 206 ? offset : 0, bytes: piecesOf(response, name, signal) };
    },
  };
}

function pick({ manifests }: Extract<Manifest, { kind: 'index' }>, platform: Platform, image: string): BlobDescriptor {
  const found = manifests.find((entry) => entry.platform !== null && isPlatform(entry.platform, platform));
  if (found) return found.descriptor;
  throw otherPlatform(
    image,
    platform,
    manifests.flatMap((entry) => (entry.platform ? [entry.platform] : [])),
  );
}

function otherPlatform(image: string, { os, architecture }: Platform, has: readonly Platform[]): AppError {
  const list = has.slice(0, 10).map((platform) => `${platform.os}/${platform.architecture}`);
  return new AppError('IMAGE_PLATFORM_MISMATCH', {
    publicMessage: `${image} is not made for this node's ${os}/${architecture}, but for ${list.join(', ') || 'none that it names'}`,
  });
}

const nameOf = (name: string, wanted: string): string => `${name}${digestPattern.test(wanted) ? '@' : ':'}${wanted}`;

const overloaded = (image: string): AppError =>
  new AppError('IMAGE_FORMAT_UNSUPPORTED', {
    publicMessage: `${image} gives its containers more than ${MAX_RUN_CHARS} characters of environment, labels and the like`,
  });

const damaged = (image: string, part: string): AppError =>
  new AppError('IMAGE_PULL_FAILED', { publicMessage: `${image} could not be pulled: its ${part} is not what its digest says` });

const hashOf = (bytes: Uint8Array, like: string): string => {
  const algorithm = like.slice(0, like.indexOf(':'));
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
};

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

async function documentOf({ body }: StreamedResponse): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > MAX_DOCUMENT_BYTES) throw new AppError('IMAGE_PULL_FAILED', { publicMessage: 'The registry answers with more than 4 MiB' });
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function* piecesOf({ body }: StreamedResponse, image: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(image, error);
  }
}

async function headOf({ body }: StreamedResponse): Promise<string> {
  let text = '';
  try {
    for await (const piece of body) {
      text += Buffer.from(piece).toString();
      if (text.length > 10_000) break;
    }
  } catch {
    // The status says enough.
  }
  return text;
}

async function drop({ body }: StreamedResponse): Promise<void> {
  for await (const _piece of body) break;
}
