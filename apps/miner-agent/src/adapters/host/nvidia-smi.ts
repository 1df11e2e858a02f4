import type { Gpu } from '../../ports/host.ts';

export const NVIDIA_SMI_ARGS = ['--query-gpu=uuid,name,memory.total', '--format=csv,noheader,nounits'];

const MiB = 1024 * 1024;

/** Lines such as `GPU-5e2f…, NVIDIA H100 80GB HBM3, 81559`; memory in MiB. A field that the driver does not know is `[N/A]`. */
export function parseNvidiaSmi(output: string): Gpu[] {
  return output.split('\n').flatMap((line) => {
    const [uuid = '', model = '', memory = ''] = line.split(',').map((field) => field.trim());
    if (!/^GPU-[0-9a-fA-F-]+$/.test(uuid)) return [];
    const mebibytes = Number(memory);
    return [{ uuid, model: model.slice(0, 200), memoryBytes: Number.isFinite(mebibytes) ? Math.round(mebibytes * MiB) : 0 }];
  });
}
