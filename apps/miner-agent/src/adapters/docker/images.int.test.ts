import { Readable } from 'node:stream';
import { AppError } from '@muster/protocol/errors/app-error';
import { describe, expect, it } from 'vitest';
import { TEST_IMAGE, testRuntime } from '../../testing/test-docker.ts';
import { tarOf } from '../../testing/test-image.ts';

const runtime = testRuntime();
const quiet = { signal: new AbortController().signal, onLayer: () => undefined };
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );

describe('images on a real engine', () => {
  it('says who an image wants to be, and what its /etc/passwd holds', async () => {
    expect(await runtime.findImage(TEST_IMAGE)).toMatchObject({ user: '', env: [expect.stringMatching(/^PATH=/)], digests: [] });
    expect(await runtime.readPasswd(TEST_IMAGE, { 'muster.role': 'helper', 'muster.node': 'test' })).toContain('nobody');
  });

  it('knows the layers of what it has, and nothing of what it has not', async () => {
    expect(await runtime.listLayers()).toContainEqual({
      names: expect.any(Array),
      layers: [expect.stringMatching(/^sha256:/)],
    });
    expect(await runtime.findImage('127.0.0.1:9/nothing:1')).toBeNull();
    expect(await runtime.findImage('NOT/A/Reference')).toBeNull();
    expect(await runtime.removeTag('muster-pulled/nothing:1')).toBe(true);
  });

  it('refuses an archive that is none', async () => {
    const archive = await tarOf({ 'manifest.json': '[{"Config":"missing.json","RepoTags":["x:1"],"Layers":[]}]' });
    expect(await codeOf(runtime.loadImage(Readable.from([archive]), quiet))).toBe('IMAGE_PULL_FAILED');
  });
});

it('says that an engine is away', async () => {
  const { createDockerRuntime } = await import('./docker-runtime.ts');
  const away = createDockerRuntime({ dockerHost: 'unix:///nowhere/docker.sock' });
  for (const call of [
    away.info(),
    away.findImage('x'),
    away.listContainers({}),
    away.startContainer('x'),
    away.loadImage(Readable.from([]), quiet),
  ])
    expect(await codeOf(call)).toBe('DOCKER_UNAVAILABLE');
});
