import { randomBytes } from 'node:crypto';
import { readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { PullProgress } from '../ports/container-runtime.ts';
import { openImagesStage, type ImagesStage } from '../testing/images-stage.ts';
import { waitFor } from '../testing/test-docker.ts';
import { ownLoopback } from '../testing/own-loopback.ts';
import { digestOf, tarOf } from '../testing/test-image.ts';
import { startTestRegistry, type TestRegistry } from '../testing/test-registry.ts';

let stage: ImagesStage;
let registry: TestRegistry;
beforeEach(async () => {
  registry = await startTestRegistry();
  onTestFinished(() => registry.stop());
  stage = await openImagesStage();
  onTestFinished(() => stage.stop());
});

const layer = (bytes: number) => tarOf({ [randomBytes(6).toString('hex')]: randomBytes(bytes) });
const layersOf = (image: { layers: { bytes: Buffer }[] }) => image.layers.map(({ bytes }) => digestOf(bytes));
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

describe('a pull', () => {
  it('says how far it is, fetching and unpacking, and gives the image with its digest', async () => {
    const image = registry.add('team/img:1', { layers: [await layer(200_000), await layer(300_000)] });
    const seen: PullProgress[] = [];
    const images = await stage.start();
    const ready = await images.get({ reference: image.reference, onProgress: (progress) => void seen.push(progress) });
    expect(ready).toMatchObject({ digest: image.digest, id: digestOf(image.config.bytes) });
    expect(seen.map(({ stage: at }) => at)).toEqual(expect.arrayContaining(['download', 'check', 'extract']));
    expect(seen.findLast(({ stage: at }) => at === 'download')).toMatchObject({ current: seen[0]?.total });
    for (const { current, total } of seen) expect(current).toBeLessThanOrEqual(total);
    expect(await stage.runtime.findImage(ready.id)).toMatchObject({ env: ['PATH=/bin'] });
  });

  it('chooses the variant for the engine, and is pinned to the index that all platforms share', async () => {
    const platforms = [
      { os: 'linux', architecture: 's390x', layers: [await layer(1_000)] },
      { ...(await stage.runtime.info()).platform, layers: [await layer(1_000)] },
    ];
    const { reference, digest } = registry.addIndex('team/multi:1', platforms);
    expect((await (await stage.start()).get({ reference })).digest).toBe(digest);
  });

  it('goes on after a restart where it was: whole layers are not fetched again, a cut one goes on from its middle', async () => {
    const image = registry.add('team/img:1', { layers: [await layer(50_000), await layer(60_000), await layer(1_500_000)] });
    const [first = '', second = '', third = ''] = layersOf(image);
    registry.behaviour.crawlAfterBytes = 600_000;
    const life = new AbortController();
    let received = 0;
    const pulling = (await stage.start()).get({
      reference: image.reference,
      signal: life.signal,
      onProgress: ({ current }) => (received = current),
    });
    const before = image.layers.slice(0, 2).reduce((sum, { bytes }) => sum + bytes.length, 0);
    await waitFor(() => received >= before + 600_000);
    life.abort(new Error('the agent ends'));
    await expect(pulling).rejects.toThrow('the agent ends');
    registry.behaviour.crawlAfterBytes = null;

    const ready = await (await stage.start()).get({ reference: image.reference });
    expect(ready.id).toBe(digestOf(image.config.bytes));
    expect([first, second, third].map((digest) => registry.fetchesOf(digest))).toEqual([1, 1, 2]);
    const resumed = registry.requests.findLast(({ path }) => path.endsWith(third));
    expect(Number(/^bytes=(\d+)-$/.exec(resumed?.range ?? '')?.[1])).toBeGreaterThan(400_000);
    expect(resumed?.status).toBe(206);
  });

  it('takes up a connection that breaks, also at a registry that gives no parts', async () => {
    const image = registry.add('team/img:1', { layers: [await layer(400_000)] });
    const [digest = ''] = layersOf(image);
    registry.behaviour.breakAfterBytes = 100_000;
    const images = await stage.start();
    await images.get({ reference: image.reference });
    expect(registry.requests.filter(({ path }) => path.endsWith(digest)).map(({ status }) => status)).toEqual([200, 206]);

    const other = registry.add('team/other:1', { layers: [await layer(400_000)] });
    registry.behaviour.honoursRange = false;
    registry.behaviour.breakAfterBytes = 100_000;
    expect((await images.get({ reference: other.reference })).digest).toBe(other.digest);
  });

  it('does not fetch what the engine has under another image', async () => {
    const base = await layer(100_000);
    const below = registry.add('team/base:1', { layers: [base] });
    const above = registry.add('team/img:1', { layers: [base, await layer(1_000)] });
    const images = await stage.start();
    await images.get({ reference: below.reference });
    await images.get({ reference: above.reference });
    expect(layersOf(above).map((digest) => registry.fetchesOf(digest))).toEqual([1, 1]);
    const layers = JSON.parse(above.config.bytes.toString()).rootfs.diff_ids;
    expect(await stage.runtime.listLayers()).toContainEqual({ names: [expect.stringMatching(/^muster-pulled/)], layers });
  });

  it('is one for all who want the same, and ends when nobody wants it any more', async () => {
    const image = registry.add('team/img:1', { layers: [await layer(1_000_000)] });
    const [digest = ''] = layersOf(image);
    registry.behaviour.crawlAfterBytes = 200_000;
    const images = await stage.start();
    const first = new AbortController();
    const second = new AbortController();
    let received = 0;
    const pulls = [first, second].map(({ signal }) =>
      images.get({ reference: image.reference, signal, onProgress: ({ current }) => (received = current) }),
    );
    const ended = Promise.allSettled(pulls);
    await waitFor(() => received > 100_000);
    first.abort(new Error('stopped'));
    await expect(pulls[0]).rejects.toThrow('stopped');
    const before = received;
    registry.behaviour.crawlAfterBytes = 800_000;
    await waitFor(() => received > before);
    second.abort(new Error('stopped too'));
    await ended;
    await waitFor(() => registry.requests.find(({ path, status }) => path.endsWith(digest) && status !== 0));
    expect(registry.fetchesOf(digest)).toBe(1);

    registry.behaviour.crawlAfterBytes = null;
    await Promise.all([1, 2, 3].map(() => images.get({ reference: image.reference })));
    expect(registry.fetchesOf(digest)).toBe(2);
  });

  it('shares a layer with another that goes on at the same time: fetched once, and whole in both', async () => {
    const base = await layer(1_000_000);
    const wanted = await Promise.all([1, 2].map(async (n) => registry.add(`team/img${n}:1`, { layers: [base, await layer(1_000)] })));
    registry.behaviour.crawlAfterBytes = 100_000;
    const images = await stage.start();
    const getting = Promise.all(wanted.map(({ reference }) => images.get({ reference })));
    const own = wanted.map((image) => layersOf(image)[1] ?? '');
    await Promise.race([getting, waitFor(() => own.every((digest) => registry.fetchesOf(digest) === 1))]);
    registry.behaviour.crawlAfterBytes = null;
    const ready = await getting;
    expect(ready.map(({ id }) => id)).toEqual(wanted.map(({ config }) => digestOf(config.bytes)));
    expect(registry.fetchesOf(layersOf(wanted[0] ?? { layers: [] })[0] ?? '')).toBe(1);
  });

  it.each(['manifest', 'configuration', 'layer'] as const)(
    'takes no other %s from a registry than the one that it asks for by its digest',
    async (part) => {
      const honest = registry.add('team/img:1', { layers: [await layer(50_000)] });
      const evil = registry.add('team/evil:1', { layers: [await layer(50_000)] });
      // The very layers, and another program to start with them.
      const other = JSON.stringify({ ...JSON.parse(honest.config.bytes.toString()), config: { Entrypoint: ['/evil'] } });
      const config = { ...honest.config, bytes: Buffer.from(other) };
      const [from, to] = {
        manifest: [honest.manifest, evil.manifest],
        configuration: [honest.config, config],
        layer: [honest.layers[0], evil.layers[0]],
      }[part];
      if (from && to) registry.exchange('team/img', digestOf(from.bytes), to);
      const images = await stage.start();
      expect(await refusal(images.get({ reference: honest.reference, pinned: honest.digest }))).toBe('IMAGE_PULL_FAILED');
      for (const { bytes } of [honest.config, evil.config, config]) expect(await stage.runtime.findImage(digestOf(bytes))).toBeNull();
    },
  );

  it('takes no image that gives every container of it more labels and environment than any needs', async () => {
    const image = registry.add('team/img:1', { layers: [await layer(1_000)], labels: { note: 'x'.repeat(200_000) } });
    const images = await stage.start();
    expect(await refusal(images.get({ reference: image.reference }))).toBe('IMAGE_FORMAT_UNSUPPORTED');
    const modest = registry.add('team/img:2', { layers: [await layer(1_000)], labels: { note: 'x'.repeat(20_000) } });
    expect(await images.get({ reference: modest.reference })).toMatchObject({ digest: modest.digest });
  });

  it('keeps no layer of which the engine makes nothing', async () => {
    const noTar = registry.add('team/no-tar:1', { layers: [randomBytes(3_000)] });
    const images = await stage.start();
    expect(await refusal(images.get({ reference: noTar.reference }))).toBe('IMAGE_PULL_FAILED');
    expect(await readdir(join(stage.directory, 'images/blobs'))).toEqual([]);
  });

  it('waits while others are under way', async () => {
    registry.behaviour.crawlAfterBytes = 30_000;
    const images = await stage.start();
    const wanted = await Promise.all([1, 2, 3, 4].map(async (n) => registry.add(`team/img${n}:1`, { layers: [await layer(1_000_000)] })));
    const stages = wanted.map(() => '');
    const gets = wanted.map(({ reference }, index) => images.get({ reference, onProgress: ({ stage: at }) => (stages[index] = at) }));
    const ready = Promise.all(gets);
    await Promise.race([ready, waitFor(() => stages.every((at) => at !== ''))]);
    expect(stages.toSorted()).toEqual(['download', 'download', 'queue', 'queue']);
    registry.behaviour.crawlAfterBytes = null;
    expect((await ready).map(({ digest }) => digest)).toEqual(wanted.map(({ digest }) => digest));
  });
});

describe('a refusal', () => {
  const credentials = { username: 'buyer', password: 'right' };

  it('says what is wrong: the name, the registry, the platform, the rate', async () => {
    const images = await stage.start();
    expect(await refusal(images.get({ reference: `${registry.host}/team/nothing:1` }))).toBe('IMAGE_NOT_FOUND');
    expect(await refusal(images.get({ reference: 'NOT/A/Reference' }))).toBe('IMAGE_NOT_FOUND');
    expect(await refusal(images.get({ reference: `${ownLoopback()}:9999/team/nothing:1` }))).toBe('IMAGE_PULL_FAILED');
    expect(await refusal(images.get({ reference: '169.254.169.254/team/nothing:1' }))).toBe('ADDRESS_REFUSED');
    const foreign = registry.add('team/s390x:1', { layers: [await layer(100)], platform: { os: 'linux', architecture: 's390x' } });
    expect(await refusal(images.get({ reference: foreign.reference }))).toBe('IMAGE_PLATFORM_MISMATCH');
    registry.behaviour.tooManyRequests = 1;
    expect(await refusal(images.get({ reference: registry.image }))).toBe('REGISTRY_RATE_LIMITED');
  });

  it.each(['basic', 'token'] as const)('is overcome by the right credentials (%s), and by those alone', async (kind) => {
    registry.behaviour.auth = { kind, ...credentials };
    const images = await stage.start();
    expect(await refusal(images.get({ reference: registry.image }))).toBe('REGISTRY_AUTH_REQUIRED');
    expect(await refusal(images.get({ reference: registry.image, credentials: { ...credentials, password: 'wrong' } }))).toBe(
      'REGISTRY_AUTH_DENIED',
    );
    const ready = await images.get({ reference: registry.image, credentials });
    // That it is here now is no reason to give it to whoever cannot show credentials.
    expect(await refusal(images.get({ reference: registry.image }))).toBe('REGISTRY_AUTH_REQUIRED');
    expect(await refusal(images.get({ reference: registry.image, pinned: ready.digest }))).toBe('REGISTRY_AUTH_REQUIRED');
    const fetches = registry.requests.filter(({ path }) => path.includes('/blobs/')).length;
    expect((await images.get({ reference: registry.image, credentials })).id).toBe(ready.id);
    expect(registry.requests.filter(({ path }) => path.includes('/blobs/')).length - fetches).toBe(1);
    expect(stage.log.join('')).not.toContain('right');
  });

  it('never lets a buyer have an image of the miner’s own that he does not offer', async () => {
    const closed = await stage.start({ offers: [] });
    // docker.io cannot be reached from here; what matters is that it is asked.
    expect(await refusal(closed.get({ reference: 'muster/demo:latest' }))).toBe('IMAGE_PULL_FAILED');
    const open = await stage.start();
    const demo = await open.get({ reference: 'muster/demo:latest' });
    expect(demo.digest).toMatch(/^sha256:/);
    // What could be a name of Docker's is an id to the engine, and its image under no name that is offered.
    const named = await stage.start({ offers: ['library/'] });
    expect(await refusal(named.get({ reference: demo.id.slice('sha256:'.length, 19) }))).toBe('IMAGE_PULL_FAILED');
  });

  it('never lets a buyer have by our own tag what was pulled with credentials', async () => {
    registry.behaviour.auth = { kind: 'basic', ...credentials };
    const images = await stage.start();
    const { digest } = await images.get({ reference: registry.image, credentials });
    const tag = `muster-pulled/${stage.node.slice(2).toLowerCase()}:${digest.replace(':', '-')}`;
    expect(await stage.runtime.findImage(tag)).not.toBeNull();
    expect(await refusal(images.get({ reference: tag }))).toBe('IMAGE_PULL_FAILED');
  });

  it('never gives a layer of a private image to who knows but its name', async () => {
    registry.behaviour.auth = { kind: 'basic', ...credentials };
    const secret = await layer(10_000);
    const kept = registry.add('team/secret:1', { layers: [secret] });
    const images = await stage.start();
    await images.get({ reference: kept.reference, credentials });
    registry.behaviour.auth = null;
    const own = await layer(200);
    const lie = { layers: [await layer(100), own], diffIds: [secret, own].map((tar) => digestOf(tar)) };
    const thief = registry.add('evil/thief:1', lie);
    expect(await refusal(images.get({ reference: thief.reference }))).toBe('IMAGE_PULL_FAILED');
    expect(layersOf(thief).map((digest) => registry.fetchesOf(digest))).toEqual([1, 1]);
  });

  it('does not make an image public because another repository gives out its manifest', async () => {
    const other = await startTestRegistry();
    registry.behaviour.auth = { kind: 'basic', ...credentials };
    const layers = [await layer(10_000)];
    const kept = registry.add('team/secret:1', { layers });
    const images = await stage.start();
    await images.get({ reference: kept.reference, credentials });
    other.add('team/secret:1', { layers });
    other.forget(digestOf(kept.layers[0]?.bytes ?? Buffer.alloc(0)));
    expect(await refusal(images.get({ reference: `${other.host}/team/secret:1` }))).toBe('IMAGE_NOT_FOUND');
    expect(await refusal(images.get({ reference: kept.reference, pinned: kept.digest }))).toBe('REGISTRY_AUTH_REQUIRED');
    await other.stop();
  });
});

describe('a pinned image', () => {
  it('is what it was, wherever its tag went', async () => {
    const before = registry.add('team/img:1', { layers: [await layer(1_000)] });
    registry.add('team/img:1', { layers: [await layer(1_000)] });
    const images = await stage.start();
    expect((await images.get({ reference: before.reference, pinned: before.digest })).digest).toBe(before.digest);
    expect((await images.get({ reference: before.reference })).digest).not.toBe(before.digest);
    expect(await refusal(images.get({ reference: before.reference, pinned: `sha256:${'0'.repeat(64)}` }))).toBe('IMAGE_NOT_FOUND');
  });
});

describe('the policy of the owner', () => {
  it('is about the content that a name turns out to have, before a layer of it is fetched', async () => {
    const image = registry.add('team/img:1', { layers: [await layer(1_000)] });
    const platforms = [{ ...(await stage.runtime.info()).platform, layers: [await layer(1_000)] }];
    const { reference: multi } = registry.addIndex('team/multi:1', platforms);
    const { digest: within } = registry.add('team/same:1', platforms[0] ?? { layers: [] });
    const strict = await stage.start({ block: [image.digest, within] });
    for (const reference of [image.reference, multi]) expect(await refusal(strict.get({ reference }))).toBe('POLICY_REFUSED');
    expect(registry.requests.filter(({ path }) => layersOf(image).some((digest) => path.endsWith(digest)))).toEqual([]);

    const lenient = await stage.start();
    await lenient.get({ reference: image.reference });
    const index = await lenient.get({ reference: multi });
    const later = await stage.start({ block: [image.digest, within] });
    expect(await refusal(later.get({ reference: multi, pinned: index.digest }))).toBe('POLICY_REFUSED');
    for (const pinned of [null, image.digest])
      expect(await refusal(later.get({ reference: image.reference, pinned }))).toBe('POLICY_REFUSED');
    const local = await stage.runtime.findImage('muster/demo:latest');
    expect(await refusal((await stage.start({ block: [local?.id ?? ''] })).get({ reference: 'muster/demo:latest' }))).toBe(
      'POLICY_REFUSED',
    );
  });

  it('vouches with a tag for what the registry has under it, and not for what the master pins it to', async () => {
    const before = registry.add('team/img:1', { layers: [await layer(1_000)] });
    const images = await stage.start({ allow: [`${registry.host}/team/img:1`] });
    const get = () => images.get({ reference: before.reference, pinned: before.digest });
    expect((await get()).digest).toBe(before.digest);
    registry.add('team/img:1', { layers: [await layer(1_000)] });
    expect(await refusal(get())).toBe('POLICY_REFUSED');
    const exact = await stage.start({ allow: [`${registry.host}/team/img:1`, before.digest] });
    expect((await exact.get({ reference: before.reference, pinned: before.digest })).digest).toBe(before.digest);
  });
});

describe('the disk budget', () => {
  it('is kept by removing the least recently used that nothing uses, and never the miner’s own', async () => {
    const [a, b, c] = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => registry.add(`team/${name}:1`, { layers: [await layer(1_000_000)] })),
    );
    if (!a || !b || !c) throw new Error('no images');
    const images = await stage.start({ imageBytes: 2_500_000 });
    const first = await images.get({ reference: a.reference });
    const second = await images.get({ reference: b.reference });
    await images.get({ reference: a.reference });
    const third = await images.get({ reference: c.reference });
    const here = async (id: string) => (await stage.runtime.findImage(id)) !== null;
    expect(await Promise.all([first, second, third].map(({ id }) => here(id)))).toEqual([true, false, true]);

    stage.claim(first.id, third.id);
    expect(await refusal(images.get({ reference: b.reference }))).toBe('DISK_FULL');
    expect(await here('muster/demo:latest')).toBe(true);

    const small = await stage.start({ imageBytes: 500_000 });
    stage.claim(third.id);
    await small.tidy();
    expect(await Promise.all([first, third].map(({ id }) => here(id)))).toEqual([false, true]);
    expect(await refusal(small.get({ reference: b.reference }))).toBe('IMAGE_TOO_LARGE');
  });

  it('counts what the engine took before a crash let us write it down', async () => {
    const images = await stage.start();
    const ready = await images.get({ reference: registry.image });
    await rm(join(stage.directory, 'images', 'images.json'));
    const again = await stage.start({ imageBytes: 100 });
    expect(again.summary()).toMatchObject({ count: 0 });
    stage.claim(ready.id);
    await again.tidy();
    expect(again.summary()).toMatchObject({ count: 1, budgetBytes: 100 });
    stage.claim();
    await again.tidy();
    expect(again.summary()).toMatchObject({ count: 0 });
    expect(await stage.runtime.findImage(ready.id)).toBeNull();
  });

  it('is not blown by a layer that grows a thousandfold', async () => {
    const bomb = registry.add('team/bomb:1', { layers: [await tarOf({ zeros: Buffer.alloc(50_000_000) })] });
    const images = await stage.start({ imageBytes: 10_000_000 });
    expect(await refusal(images.get({ reference: bomb.reference }))).toBe('IMAGE_TOO_LARGE');
    const open = async () => Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
    // A stream that was given up closes its file a moment later.
    await waitFor(async () => !(await open()).some((path) => path.startsWith(stage.directory)));
    expect(await readdir(join(stage.directory, 'images', 'blobs'))).toEqual([]);
  });
});
