import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import { createContainers } from './containers.ts';
import { createDiskUsage } from './disk-usage.ts';
import { connectEngine } from './engine.ts';
import { createEvents } from './events.ts';
import { createImages } from './images.ts';
import { createImport } from './import-image.ts';
import { createKnock } from './knock.ts';
import { createLogs } from './logs.ts';
import { createNetworks } from './networks.ts';
import { createRecall } from './recall.ts';
import { createUsage } from './usage.ts';
import { createVolumes } from './volumes.ts';

/** Docker Engine, or Podman's Docker API, behind the agent's port. Nothing is sent before the first call. */
export function createDockerRuntime({ dockerHost }: { dockerHost: string }): ContainerRuntime {
  const engine = connectEngine(dockerHost);
  return {
    ...createUsage(engine),
    ...createDiskUsage(engine),
    ...createImages(engine),
    ...createImport(engine),
    ...createContainers(engine),
    ...createLogs(engine),
    ...createNetworks(engine),
    ...createVolumes(engine),
    ...createEvents(engine),
    ...createKnock(dockerHost),
    ...createRecall(engine),
  };
}
