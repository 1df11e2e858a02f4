import { AppError } from '@muster/protocol/errors/app-error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_IMAGE, testDockerHost, testRuntime } from '../../testing/test-docker.ts';
import { connectEngine } from './engine.ts';
import { startTestRegistry, type TestRegistry } from '../../testing/test-registry.ts';

const runtime = testRuntime();
const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
const codeOf = (pull: Promise<unknown>) =>
  pull.then(
    () => null,
    (error: unknown) => (error instanceof AppError ? error.code : error),
  );
let registry: TestRegistry;
beforeAll(async () => (registry = await startTestRegistry()));
afterAll(async () => {
  await connectEngine(testDockerHost()).getImage(registry.image).remove();
  await registry.stop();
});

describe('images on a real engine', () => {
  it('pulls what is not there, and says how far it is', async () => {
    expect(await runtime.findImage(registry.image)).toBeNull();
    const seen: { current: number; total: number }[] = [];
    const pulled = await runtime.pullImage(registry.image, { ...quiet, onProgress: (progress) => void seen.push(progress) });
    expect(pulled.id).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect((await runtime.findImage(registry.image))?.id).toBe(pulled.id);
    for (const { current, total } of seen) expect(current).toBeLessThanOrEqual(total);
  });

  it('tells an image that does not exist from a registry that does not answer', async () => {
    expect(await codeOf(runtime.pullImage(`${registry.host}/team/nothing:1`, quiet))).toBe('IMAGE_NOT_FOUND');
    expect(await codeOf(runtime.pullImage('127.0.0.1:9/team/nothing:1', quiet))).toBe('IMAGE_PULL_FAILED');
    expect(await codeOf(runtime.pullImage('NOT/A/Reference', quiet))).toBe('IMAGE_NOT_FOUND');
  });

  it('gives a pull up when told to', async () => {
    await expect(runtime.pullImage(registry.image, { ...quiet, signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('says who an image wants to be, and what its /etc/passwd holds', async () => {
    expect(await runtime.findImage(TEST_IMAGE)).toMatchObject({ user: '', env: [expect.stringMatching(/^PATH=/)] });
    expect(await runtime.readPasswd(registry.image, { 'muster.role': 'helper', 'muster.node': 'test' })).toBeNull();
  });
});

it('says that an engine is away', async () => {
  const { createDockerRuntime } = await import('./docker-runtime.ts');
  const away = createDockerRuntime({ dockerHost: 'unix:///nowhere/docker.sock' });
  for (const call of [away.info(), away.findImage('x'), away.listContainers({}), away.startContainer('x'), away.pullImage('x', quiet)])
    expect(await codeOf(call)).toBe('DOCKER_UNAVAILABLE');
});
