import { getAddress, toHex, type Address } from 'viem';
import { randomBytes } from 'node:crypto';
import { connectEngine } from '../adapters/docker/engine.ts';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { LABEL } from '../reconcile/labels.ts';

export const TEST_IMAGE = 'muster/demo:latest';

/** The engine that the test script provides; there is no test of containers without one. */
export function testDockerHost(): string {
  return process.env['MUSTER_TEST_DOCKER_HOST'] ?? process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
}

/** A node of its own per test, so that what one leaves behind is no other's. */
export const randomNode = (): Address => getAddress(toHex(randomBytes(20)));

export const testRuntime = (): ContainerRuntime => createDockerRuntime({ dockerHost: testDockerHost() });

/** What an agent with this key has pulled. */
export async function removeImagesOf(node: Address): Promise<void> {
  const engine = connectEngine(testDockerHost());
  const reference = [`muster-pulled/${node.slice(2).toLowerCase()}`];
  for (const { RepoTags } of await engine.listImages({ filters: { reference } }))
    for (const tag of RepoTags ?? []) await engine.getImage(tag).remove({ force: true });
}

/** Everything that carries the node's label. */
export async function removeEverythingOf(runtime: ContainerRuntime, node: Address): Promise<void> {
  for (const { id } of await runtime.listContainers({ [LABEL.node]: node })) {
    await runtime.stopContainer(id, 0);
    await runtime.removeContainer(id);
  }
  await removeImagesOf(node);
  for (const { name } of await runtime.listNetworks({ [LABEL.node]: node })) await runtime.removeNetwork(name);
  for (const name of await runtime.listVolumes({ [LABEL.node]: node })) await runtime.removeVolume(name);
}

/** What a container of a test waits for that has a trap for it: nothing else says when it goes on. */
export async function signalContainer(id: string, signal: 'SIGUSR1'): Promise<void> {
  await connectEngine(testDockerHost()).getContainer(id).kill({ signal });
}

/** Long enough for a machine that is many times slower than ours: what comes ends the wait, and only what never comes takes the time. */
const PATIENCE_MS = 60_000;

export async function waitFor<T>(look: () => T | Promise<T>, timeoutMs = PATIENCE_MS): Promise<NonNullable<T>> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) return found;
    if (performance.now() > until) throw new Error(`not within ${timeoutMs} ms: ${String(look)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
