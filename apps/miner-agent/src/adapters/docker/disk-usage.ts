import { z } from 'zod';
import type { ContainerRuntime, DiskUsage, Labels } from '../../ports/container-runtime.ts';
import { labelFilter } from './containers.ts';
import { engineError, statusOf, type Engine } from './engine.ts';

const containersSchema = z.array(z.object({ Id: z.string(), SizeRw: z.number().optional() }));
const volumesSchema = z.object({
  Volumes: z.array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() })).nullish(),
});

const writtenSchema = z.object({
  GraphDriver: z.object({ Data: z.object({ UpperDir: z.string().optional() }).nullish() }).nullish(),
  Mounts: z.array(z.object({ Type: z.string(), Source: z.string() })),
});

export function createDiskUsage(engine: Engine): Pick<ContainerRuntime, 'readDiskUsage' | 'listWrittenPaths'> {
  async function readDiskUsage(labels: Labels, { withVolumes }: { withVolumes: boolean }): Promise<DiskUsage> {
    try {
      const [containers, volumes] = await Promise.all([
        engine.listContainers({ all: true, size: true, filters: labelFilter(labels) }),
        withVolumes ? engine.df() : null,
      ]);
      return {
        containers: new Map(containersSchema.parse(containers).map(({ Id, SizeRw }) => [Id, SizeRw ?? 0])),
        volumes: new Map(volumesSchema.parse(volumes ?? {}).Volumes?.map(({ Name, UsageData }) => [Name, UsageData?.Size ?? 0])),
      };
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
