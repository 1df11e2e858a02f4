import type { GpuAccess } from '../ports/container-runtime.ts';
import type { GpuReading, PciGraphics } from '../ports/host.ts';
import { passed, warned, type Check } from './check.ts';
import { gigabytes } from './machine-checks.ts';

export interface GpuFindings {
  reading: GpuReading;
  graphics: readonly PciGraphics[];
  /** By which way the engine gives GPUs to containers; null when it cannot, or does not answer. */
  access: GpuAccess | null;
}

/** Driver, toolkit, and what sits in the machine without being of use. */
export function checkGpus({ reading, graphics, access }: GpuFindings): Check[] {
  return [checkDriver(reading, graphics), ...checkToolkit(reading, access), ...checkOthers(graphics)];
}

/** Why containers get no GPU of this machine; null when they can. */
export function gpuInability({ reading, access }: Pick<GpuFindings, 'reading' | 'access'>): string | null {
  if (reading.state === 'broken') return `the NVIDIA driver does not work (${reading.problem})`;
  if (reading.state === 'absent' || reading.gpus.length === 0) return 'the machine has no NVIDIA GPU';
  return access === null ? 'the NVIDIA container toolkit is not set up for the engine' : null;
}

function checkDriver(reading: GpuReading, graphics: readonly PciGraphics[]): Check {
  if (reading.state === 'broken')
    return warned('gpu', `nvidia-smi fails: ${reading.problem}`, `${reading.fix} Until then the machine serves without a GPU.`);
  const cards = graphics.filter(({ vendor }) => vendor === 'NVIDIA');
  if (reading.state === 'absent')
    return cards.length === 0
      ? passed('gpu', 'no NVIDIA GPU; the machine serves without one')
      : warned(
          'gpu',
          `an NVIDIA GPU is there (${listed(cards)}), but no driver`,
          'Install the NVIDIA driver with its nvidia-smi; until then the machine serves without a GPU.',
        );
  const list = reading.gpus.map(({ model, memoryBytes }) => `${model} (${memoryBytes === 0 ? 'memory unknown' : gigabytes(memoryBytes)})`);
  const driver = reading.driver === null ? '' : `, driver ${reading.driver}`;
  return passed('gpu', list.length === 0 ? 'the driver lists no GPU' : `${list.join(', ')}${driver}`);
}

function checkToolkit(reading: GpuReading, access: GpuAccess | null): Check[] {
  if (reading.state !== 'ok' || reading.gpus.length === 0) return [];
  if (access !== null)
    return [
      passed('gpu-toolkit', access === 'cdi' ? 'the engine gives out GPUs by CDI' : 'the engine gives out GPUs by the NVIDIA runtime'),
    ];
  return [
    warned(
      'gpu-toolkit',
      'the engine cannot give GPUs to containers: the NVIDIA container toolkit is not set up',
      'Install nvidia-container-toolkit, then: nvidia-ctk runtime configure --runtime=docker && systemctl restart docker. Until then the machine serves without a GPU.',
    ),
  ];
}

function checkOthers(graphics: readonly PciGraphics[]): Check[] {
  const others = graphics.filter(({ vendor }) => vendor !== 'NVIDIA');
  if (others.length === 0) return [];
  const fix = 'Nothing is to be done: this agent gives only NVIDIA GPUs to tasks, leaves others alone, and does not register them.';
  return [warned('gpu-other', `not supported: ${listed(others)}`, fix)];
}

const listed = (graphics: readonly PciGraphics[]): string =>
  graphics.map(({ vendor, address, id }) => `${vendor} ${id} at ${address}`).join(', ');
