import type { GpuTrouble } from '../../../ports/host.ts';
import { busAddress } from './rows.ts';

/** Why nvidia-smi failed as a whole, and what to do; from its own words. */
export function explainFailure(output: string): { problem: string; fix: string } {
  const problem = (output.split('\n').find((line) => line.trim() !== '') ?? 'nvidia-smi failed without a word').trim().slice(0, 300);
  return {
    problem,
    fix: FIXES.find(([words]) => words.test(output))?.[1] ?? 'Reinstall the NVIDIA driver, or reboot if it was just updated.',
  };
}

const FALLEN = 'A GPU has fallen off the bus: reboot, and look at its power and its slot.';
const FIXES: readonly (readonly [RegExp, string])[] = [
  [/version mismatch/i, 'The driver was updated while the old one is loaded: reboot, or unload the nvidia modules and load them again.'],
  [
    /blocked by the operating system/i,
    'Windows keeps the GPU from this WSL: run `wsl --shutdown` there, and start again; if that fails, update the driver on Windows.',
  ],
  [/insufficient permissions/i, 'The user that the agent runs as may not open /dev/nvidia*: run it as root, or add it to their group.'],
  [
    /couldn't find libnvidia-ml/i,
    "The driver's library is not found: install the whole driver (in WSL, add /usr/lib/wsl/lib to /etc/ld.so.conf.d), then run ldconfig.",
  ],
  [
    /couldn't communicate|not running|driver not loaded/i,
    'Load the driver (modprobe nvidia); if that fails, reinstall it for this kernel.',
  ],
  [/lost|fallen off|unable to determine the device handle/i, FALLEN],
];

/**
 * GPUs that have fallen off the bus have no row: there is a line about them, with the others' rows, on whichever stream and with whichever
 * exit code. `Unable to determine the device handle for GPU3: 0000:04:00.0: Unknown Error`, or without the index, or without the address.
 */
export function parseLostGpus(output: string): GpuTrouble[] {
  return [...output.matchAll(/^Unable to determine the device handle for GPU(.*)$/gim)].map(([, rest = '']) => ({
    uuid: null,
    address: busAddress(/[0-9a-f]{1,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]/i.exec(rest)?.[0] ?? ''),
    model: null,
    problem: /:\s*([^:]+?)\s*$/.exec(rest)?.[1]?.slice(0, 200) ?? 'Unknown Error',
    fix: FALLEN,
  }));
}

export const fixOfFault = (fault: string, uuid: string): string =>
  /reset/i.test(fault) ? `Stop what uses it, then: nvidia-smi --gpu-reset -i ${uuid}; or reboot.` : FALLEN;

/** `Field "mig.mode.current" is not a valid field to query.` */
export const refusedField = (output: string): string | null => /Field "([^"]+)" is not a valid field to query/i.exec(output)?.[1] ?? null;
