import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { Host } from '../ports/host.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import type { DiskAccount } from './disk-budget.ts';
import { fileLimitOf } from './file-limit.ts';

export interface FileCountOptions {
  runtime: Pick<ContainerRuntime, 'listWrittenPaths'>;
  host: Pick<Host, 'countFiles'>;
}

/**
 * How many files each of these has made, as far as the engine says where they lie and they can be read; not counted further than to where it is clear
 * that they are too many. Throws DOCKER_UNAVAILABLE.
 */
export async function countFiles(records: readonly AllocationRecord[], { runtime, host }: FileCountOptions): Promise<DiskAccount[]> {
  const accounts: DiskAccount[] = [];
  for (const { allocationId, spec, containerId } of records) {
    const limit = fileLimitOf(demandOf(spec).diskBytes);
    let used = 0;
    for (const path of containerId === null ? [] : await runtime.listWrittenPaths(containerId)) {
      if (used <= limit) used += await host.countFiles(path, { most: limit - used });
    }
    accounts.push({ allocationId, limit, used });
  }
  return accounts;
}
