import { retry } from '@muster/runtime/retry';
import { z } from 'zod';
import type { ContainerRuntime, DiskUsage, Labels } from '../../ports/container-runtime.ts';
import { labelFilter } from './containers.ts';
import { engineError, messageOf, statusOf, type Engine } from './engine.ts';

const containersSchema = z.array(
  z.object({ Id: z.string(), SizeRw: z.number().optional(), Mounts: z.array(z.object({ Name: z.string().optional() })).nullish() }),
);
const volumesSchema = z.object({
  Volumes: z.array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() })).nullish(),
});

/** Docker before 23 measures for one who asks and refuses all others meanwhile: another agent's question or the owner's own is over soon. */
const IS_MEASURING = /already running/i;
const IN_TURN = { attempts: 60, baseMs: 50, maxMs: 1_000, retryable: (error: unknown) => IS_MEASURING.test(messageOf(error)) };

const writtenSchema = z.object({
  GraphDriver: z.object({ Data: z.object({ UpperDir: z.string().optional() }).nullish() }).nullish(),
  Mounts: z.array(z.object({ Type: z.string(), Source: z.string() })),
});

export function createDiskUsage(engine: Engine): Pick<ContainerRuntime, 'readDiskUsage' | 'listWrittenPaths'> {
  async function readDiskUsage(labels: Labels, { withVolumes }: { withVolumes: boolean }): Promise<DiskUsage> {
    try {
      const containers = containersSchema
        .parse(await engine.listContainers({ all: true, size: true, filters: labelFilter(labels) }))
        .map(({ Id, SizeRw = 0, Mounts }) => ({ Id, SizeRw, nameless: (Mounts ?? []).flatMap(({ Name }) => namelessVolume(Name)) }));
      const isAsked = withVolumes || containers.some(({ nameless }) => nameless.length > 0);
      const { Volumes: found } = volumesSchema.parse(isAsked ? await retry(() => engine.df(), IN_TURN) : {});
      const volumes = new Map((found ?? []).map(({ Name, UsageData }) => [Name, UsageData?.Size ?? 0]));
      const sizeOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (volumes.get(name) ?? 0), 0);
      return { containers: new Map(containers.map(({ Id, SizeRw, nameless }) => [Id, SizeRw + sizeOf(nameless)])), volumes };
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  async function listWrittenPaths(id: string): Promise<string[]> {
    try {
      const { GraphDriver: layer, Mounts: mounts } = writtenSchema.parse(await engine.getContainer(id).inspect());
      return [layer?.Data?.UpperDir ?? [], mounts.flatMap(({ Type, Source }) => (Type === 'volume' ? [Source] : []))].flat();
    } catch (error) {
      if (statusOf(error) === 404) return [];
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  return { readDiskUsage, listWrittenPaths };
}

/** An image that declares a volume gets one without a name with each container: it is writable, gone with the container, and no spec knows of it. */
const namelessVolume = (name: string | undefined): string[] => (name !== undefined && /^[0-9a-f]{64}$/.test(name) ? [name] : []);
