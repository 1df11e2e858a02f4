import { z } from 'zod';
import type { ContainerRuntime, DiskUsage, Labels } from '../../ports/container-runtime.ts';
import { labelFilter } from './containers.ts';
import { engineError, type Engine } from './engine.ts';

const containersSchema = z.array(z.object({ Id: z.string(), SizeRw: z.number().optional() }));
const volumesSchema = z.object({
  Volumes: z.array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() })).nullish(),
});

export function createDiskUsage(engine: Engine): Pick<ContainerRuntime, 'readDiskUsage'> {
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
  return { readDiskUsage };
}
