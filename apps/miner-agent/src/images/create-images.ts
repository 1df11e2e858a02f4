import { createHash } from 'node:crypto';
import { AppError } from '@muster/protocol/errors/app-error';
import { unwrap, type Result } from '@muster/protocol/errors/result';
import {
  digestPattern,
  familiarImageName,
  formatImageReference,
  parseImageReference,
  wantedOf,
  type ImageReference,
} from '@muster/protocol/images/image-reference';
import type { Logger } from '@muster/runtime/logger';
import type { Address } from 'viem';
import type { NamedImage } from '../policy/image-rules.ts';
import type { ContainerRuntime, ImageDetails, PullProgress } from '../ports/container-runtime.ts';
import type { ImageRegistry, Platform, RegistryCredentials, ResolvedImage } from '../ports/image-registry.ts';
import type { JsonStore } from '../state/json-store.ts';
import type { BlobFiles } from './blob-files.ts';
import { isOfOurs, ownRepositoryOf, repositoryOf, tagOf } from './image-names.ts';
import { createImageRoom, type ImageSpace } from './image-room.ts';
import { summaryOf, type ImageLedger, type OwnImage } from './ledger.ts';
import { pullImage } from './pull-image.ts';
import { createSharedPulls } from './shared-pulls.ts';
import { throttleProgress } from './throttle-progress.ts';

export interface ImageRequest {
  /** As the task names it. */
  reference: string;
  /** The digest that the task is pinned to, or the id of an image that no registry knows; null before anybody has had it. */
  pinned: string | null;
  credentials: RegistryCredentials | null;
  signal: AbortSignal;
  onProgress(progress: PullProgress): void;
}

export interface ReadyImage extends ImageDetails {
  /** What a task can be pinned to: the manifest's digest, or the id of an image that no registry knows. */
  digest: string;
}

/** The images on this machine that containers may be made of. */
export interface Images {
  /** Brings the image here unless it is. Throws what a registry's refusals mean, and POLICY_REFUSED, IMAGE_DIGEST_MISMATCH, IMAGE_FORMAT_UNSUPPORTED, IMAGE_TOO_LARGE, DISK_FULL. */
  ensure(request: ImageRequest): Promise<ReadyImage>;
  /** For the machine's owner. */
  summary(): { count: number; bytes: number; budgetBytes: number | null };
  /** What images take of the engine's disk, with what pulls under way were given. */
  takenBytes(): number;
  /** What lies there of images and, on the same disk, of layers on their way. */
  heldBytes(): Promise<number>;
  /** Marks what is in use, and removes the least recently used of ours while they are over the budget. */
  tidy(): Promise<void>;
}

export interface ImagesOptions {
  node: Address;
  runtime: Pick<ContainerRuntime, 'findImage' | 'loadImage' | 'listLayers' | 'listTags' | 'removeTag' | 'listContainers'>;
  registry: ImageRegistry;
  files: BlobFiles;
  ledger: JsonStore<ImageLedger>;
  platform: () => Promise<Platform>;
  space: () => Promise<ImageSpace>;
  /** Of the engine's disk, taken by layers on their way; 0 where they lie on another. */
  layersBytes: () => Promise<number>;
  /** Ids of images that allocations are about to use. */
  claimed: () => readonly string[];
  /** What the owner's policy says of an image, now that its content is known. */
  judge: (named: NamedImage) => Result<void, AppError>;
  /** Whether the miner lets buyers use an image of his own. */
  isOffered: (reference: ImageReference) => boolean;
  now: () => number;
  logger: Logger;
}

const PULLS_AT_ONCE = 2;
const PROGRESS_MS = 500;

export function createImages(options: ImagesOptions): Images {
  const { node, runtime, registry, files, ledger, platform, claimed, judge, isOffered, now, logger } = options;
  let lastBudget: number | null = null;
  const space = async () => {
    const found = await options.space();
    lastBudget = found.budgetBytes;
    return found;
  };
  const pulls = createSharedPulls<ReadyImage>(PULLS_AT_ONCE);
  const room = createImageRoom({ space, files, images: () => ledger.get().images, inUse, remove, now });

  async function ensure(request: ImageRequest): Promise<ReadyImage> {
    const reference = parse(request.reference);
    const pinned = request.pinned ?? reference.digest;
    const own = await findMinersOwn(reference, pinned);
    if (own.ready) return own.ready;
    const vouched = await vouchedName(request, reference);
    const known = pinned === null || request.credentials ? null : await findPulled(pinned, null);
    if (known) {
      const entry = ledger.get().images.find(({ digest }) => digest === known.digest);
      unwrap(judge({ image: vouched, digests: [known.digest, known.id, ...(entry?.manifestDigest ? [entry.manifestDigest] : [])] }));
      return known;
    }
    const wanted = wantedOf({ ...reference, digest: pinned });
    try {
      return await pulls.join(keyOf(reference, wanted, request.credentials), throttled(request), (work) =>
        pull({ ...request, ...work, vouched }, reference, wanted),
      );
    } catch (error) {
      if (own.other === null || !AppError.is(error, 'IMAGE_NOT_FOUND') || pinned === null) throw error;
      throw new AppError('IMAGE_DIGEST_MISMATCH', {
        publicMessage: `The task is pinned to ${familiarImageName({ ...reference, digest: pinned })}; this node has ${own.other} under that name`,
        cause: error,
      });
    }
  }

  /** Images that the miner brought himself: of use to buyers only as far as he offers them, since some may be his secret. */
  async function findMinersOwn(
    reference: ImageReference,
    pinned: string | null,
  ): Promise<{ ready: ReadyImage | null; other: string | null }> {
    // In full: what is short may be an id to the engine, and ids are no names that anybody offers.
    const name = formatImageReference({ ...reference, tag: reference.digest === null ? (reference.tag ?? 'latest') : null });
    const details = isMinersOffer(reference) ? await runtime.findImage(name) : null;
    if (!details) return { ready: null, other: null };
    const digest = details.digests[0] ?? details.id;
    if (pinned === null || pinned === details.id || details.digests.includes(pinned))
      unwrap(judge({ image: name, digests: [details.id, ...details.digests] }));
    if (pinned === null) return { ready: { ...details, digest }, other: null };
    return pinned === details.id || details.digests.includes(pinned)
      ? { ready: { ...details, digest: pinned }, other: null }
      : { ready: null, other: digest };
  }

  /**
   * Under which name the rules are to judge what comes. A pin to a tag is the word of the run's master: where the owner's rules vouch for the
   * tag, and not for that content whatever its tag, its registry must say so too.
   */
  async function vouchedName({ pinned, credentials, signal }: ImageRequest, reference: ImageReference): Promise<string> {
    const named = formatImageReference(reference);
    if (pinned === null || reference.digest !== null) return named;
    const exact = formatImageReference({ ...reference, tag: null, digest: pinned });
    const judged = judge({ image: exact, digests: [pinned] });
    if (judged.ok) return exact;
    unwrap(judge({ image: named, digests: [pinned] }));
    const { digest } = await registry.repository(reference, { credentials, signal }).resolve(wantedOf(reference), await platform());
    return digest === pinned ? named : unwrap(judged);
  }

  const isMinersOffer = (reference: ImageReference) => !isOfOurs(reference) && isOffered(reference);

  /** Whether this image of ours is there for who has just been given its manifest by this repository; null: for who shows nothing. */
  const isOpenTo = (image: OwnImage, reference: ImageReference | null) =>
    !image.private || (reference !== null && repositoryOf(parse(image.name)) === repositoryOf(reference));

  function mayHave(reference: ImageReference, names: readonly string[]): boolean {
    const ours = ledger.get().images.filter(({ tag }) => names.includes(tag));
    const theirs = names.map(parseImageReference).filter((name) => name.ok && isMinersOffer(name.value));
    return theirs.length > 0 || ours.some((image) => isOpenTo(image, reference));
  }

  async function findPulled(digest: string, reference: ImageReference | null): Promise<ReadyImage | null> {
    const entry = ledger.get().images.find((image) => image.digest === digest && isOpenTo(image, reference));
    const details = entry ? await runtime.findImage(entry.tag) : null;
    if (!entry || !details) return null;
    await update((images) => images.map((image) => (image.digest === digest ? { ...image, lastUsedAt: now() } : image)));
    return { ...details, digest };
  }

  async function pull(
    { credentials, signal, onProgress, vouched }: Pick<ImageRequest, 'credentials' | 'signal' | 'onProgress'> & { vouched: string },
    reference: ImageReference,
    wanted: string,
  ): Promise<ReadyImage> {
    const repository = registry.repository(reference, { credentials, signal });
    const resolved = await repository.resolve(wanted, await platform());
    unwrap(judge({ image: vouched, digests: [resolved.digest, resolved.manifestDigest, resolved.config.digest] }));
    const known = await findPulled(resolved.digest, reference);
    if (known) {
      if (!credentials)
        await update((images) => images.map((image) => (image.digest === known.digest ? { ...image, private: false } : image)));
      return known;
    }
    const name = familiarImageName({ ...reference, digest: resolved.digest });
    logger.info({ event: 'image.pulling', image: name, layers: resolved.layers.length }, 'pulling the image');
    const { budgetBytes } = await space();
    const tag = tagOf(node, resolved.digest);
    const mine = room.begin(name, signal);
    let details: ImageDetails;
    try {
      details = await pullImage(resolved, tag, {
        runtime,
        files: files.within(credentials ? repositoryOf(reference) : null),
        repository,
        mayHave: (names) => mayHave(reference, names),
        makeRoom: mine.require,
        limitBytes: budgetBytes,
        signal,
        onProgress,
      });
      await remember({ resolved, tag, name, sizeBytes: details.sizeBytes, imageId: details.id, isPrivate: credentials !== null });
    } finally {
      mine.release();
    }
    logger.info({ event: 'image.pulled', image: name, imageId: details.id, sizeBytes: details.sizeBytes }, 'the image is here');
    return { ...details, digest: resolved.digest };
  }

  async function remember(entry: {
    resolved: ResolvedImage;
    tag: string;
    name: string;
    sizeBytes: number;
    imageId: string;
    isPrivate: boolean;
  }): Promise<void> {
    const { resolved, tag, name, sizeBytes, imageId, isPrivate } = entry;
    const { digest, manifestDigest } = resolved;
    const image: OwnImage = {
      digest,
      manifestDigest,
      imageId,
      tag,
      name,
      sizeBytes,
      private: isPrivate,
      pulledAt: now(),
      lastUsedAt: now(),
    };
    await update((images) => [...images.filter((known) => known.digest !== digest), image]);
  }

  const update = (change: (images: OwnImage[]) => OwnImage[]) => ledger.update((current) => ({ images: change(current.images) }));

  async function inUse(): Promise<Set<string>> {
    const containers = await runtime.listContainers({});
    return new Set([...containers.map(({ imageId }) => imageId), ...claimed()]);
  }

  /** A crash between the engine's taking of an image and our writing it down: by its tag it is ours, and nobody knows how it came. */
  async function adopt(): Promise<void> {
    const known = new Set(ledger.get().images.map(({ tag }) => tag));
    for (const { tag, imageId, sizeBytes } of await runtime.listTags(ownRepositoryOf(node))) {
      const digest = tag.slice(tag.lastIndexOf(':') + 1).replace('-', ':');
      if (known.has(tag) || !digestPattern.test(digest)) continue;
      const image: OwnImage = {
        digest,
        manifestDigest: null,
        imageId,
        tag,
        name: digest,
        sizeBytes,
        private: true,
        pulledAt: now(),
        lastUsedAt: now(),
      };
      await update((images) => (images.some((other) => other.tag === tag) ? images : [...images, image]));
    }
  }

  async function remove(image: OwnImage): Promise<void> {
    // The engine has the last word: it knows of containers that were made a moment ago.
    if (!(await runtime.removeTag(image.tag))) return;
    await update((images) => images.filter(({ digest }) => digest !== image.digest));
    logger.info({ event: 'image.removed', image: image.name, sizeBytes: image.sizeBytes }, 'an image that nothing uses is removed');
  }

  return {
    ensure,
    summary: () => summaryOf(ledger.get(), lastBudget),
    takenBytes: () => summaryOf(ledger.get(), null).bytes + room.givenBytes(),
    heldBytes: async () => summaryOf(ledger.get(), null).bytes + (await options.layersBytes()),
    async tidy() {
      await adopt();
      const used = await inUse();
      await update((images) => images.map((image) => (used.has(image.imageId) ? { ...image, lastUsedAt: now() } : image)));
      await room.tidy();
    },
  };
}

function parse(text: string): ImageReference {
  const parsed = parseImageReference(text);
  if (parsed.ok) return parsed.value;
  throw new AppError('IMAGE_NOT_FOUND', { publicMessage: `${text.slice(0, 100)} is not an image reference: ${parsed.error.message}` });
}

/** Those with the same credentials share a pull; the credentials themselves are no one's to see in a key. */
function keyOf(reference: ImageReference, wanted: string, credentials: RegistryCredentials | null): string {
  const who = credentials
    ? createHash('sha256')
        .update(JSON.stringify([credentials.username, credentials.password]))
        .digest('hex')
    : 'anybody';
  return `${repositoryOf(reference)} ${wanted} ${who}`;
}

const throttled = ({ signal, onProgress }: ImageRequest) => ({
  signal,
  onProgress: throttleProgress(onProgress, { everyMs: PROGRESS_MS, monotonic: () => performance.now() }),
});
