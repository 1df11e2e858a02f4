import type { GpuAccess } from '../ports/container-runtime.ts';
import type { GpuReading, GpuTrouble, PciGraphics } from '../ports/host.ts';
import { passed, warned, type Check } from './check.ts';
import { checkToolkitHole } from './known-holes.ts';
import { gigabytes } from './machine-checks.ts';

export interface GpuFindings {
  reading: GpuReading;
  graphics: readonly PciGraphics[];
  /** By which way the engine gives GPUs to containers; null when it cannot, or does not answer. */
  access: GpuAccess | null;
  /** Of the container toolkit on this machine; null when it is not known. */
  toolkit: string | null;
}

/** Driver, toolkit, and what sits in the machine without being of use. */
export function checkGpus({ reading, graphics, access, toolkit }: GpuFindings): Check[] {
  return [
    checkDriver(reading, graphics),
    ...checkTroubles(reading, graphics),
    ...checkToolkit(reading, access, toolkit),
    ...checkOthers(graphics),
  ];
}

/** Why containers get no GPU of this machine; null when they can. */
export function gpuInability(reading: GpuReading, engineGives: boolean): string | null {
  if (reading.state === 'broken') return `the NVIDIA driver does not work (${reading.problem})`;
  if (reading.state === 'absent') return 'the machine has no NVIDIA GPU';
  const [trouble] = reading.troubled;
  if (reading.gpus.length === 0) return trouble ? troubleWords(trouble) : 'the machine has no NVIDIA GPU';
  return engineGives ? null : 'the NVIDIA container toolkit is not set up for the engine';
}

export const troubleWords = ({ model, uuid, address, problem }: GpuTrouble): string =>
  [model ?? 'a GPU', ...(address ? [`at ${address}`] : uuid ? [uuid] : []), 'cannot be used:', problem].join(' ');

const isNvidia = ({ vendor }: PciGraphics): boolean => vendor === 'NVIDIA';

function checkDriver(reading: GpuReading, graphics: readonly PciGraphics[]): Check {
  if (reading.state === 'broken')
    return warned('gpu', `nvidia-smi fails: ${reading.problem}`, `${reading.fix} Until then the machine serves without a GPU.`);
  // What the owner has put aside for a virtual machine is not missed.
  const cards = graphics.filter((card) => isNvidia(card) && card.driver !== 'vfio-pci');
  if (reading.state === 'absent')
    return cards.length === 0
      ? passed('gpu', 'no NVIDIA GPU; the machine serves without one')
      : warned(
          'gpu',
          `an NVIDIA GPU is there (${listed(cards)}), but no driver`,
          'Install the NVIDIA driver with its nvidia-smi; until then the machine serves without a GPU.',
        );
  if (reading.gpus.length === 0)
    return cards.length === 0 || reading.troubled.length > 0
      ? passed('gpu', 'the driver has no GPU to give')
      : warned(
          'gpu',
          `the driver lists no GPU, although one is there (${listed(cards)})`,
          'Read `dmesg | grep -i nvrm`: the driver says there why it does not take it; until then the machine serves without a GPU.',
        );
  const list = reading.gpus.map(({ model, memoryBytes }) => `${model} (${memoryBytes === 0 ? 'memory unknown' : gigabytes(memoryBytes)})`);
  const driver = reading.driver === null ? '' : `, driver ${reading.driver}`;
  return passed('gpu', `${list.join(', ')}${driver}`);
}

/** GPUs that are lost, need a reset or are missing from the driver's list, one by one. */
function checkTroubles(reading: GpuReading, graphics: readonly PciGraphics[]): Check[] {
  if (reading.state !== 'ok') return [];
  const known = new Set([...reading.addresses, ...reading.troubled.map(({ address }) => address)]);
  // One that the driver names without its place may be any of these.
  const nameless = reading.troubled.some(({ address, uuid }) => address === null && uuid === null);
  const missing = graphics.filter((card) => isNvidia(card) && card.driver === 'nvidia' && !known.has(card.address));
  return [
    ...reading.troubled.map((trouble) => warned('gpu-trouble', troubleWords(trouble), trouble.fix)),
    ...(reading.addresses.length === 0 || nameless ? [] : missing).map((card) =>
      warned(
        'gpu-trouble',
        `an NVIDIA GPU is missing from the driver's list (${listed([card])})`,
        'Read `dmesg | grep -i nvrm`, and reboot.',
      ),
    ),
  ];
}

function checkToolkit(reading: GpuReading, access: GpuAccess | null, version: string | null): Check[] {
  if (reading.state !== 'ok' || reading.gpus.length === 0) return [];
  if (access !== null)
    return [
      passed('gpu-toolkit', access === 'cdi' ? 'the engine gives out GPUs by CDI' : 'the engine gives out GPUs by the NVIDIA runtime'),
      ...checkToolkitHole(version),
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
  const others = graphics.filter((card) => !isNvidia(card));
  const cards = others.filter(({ isIntegrated }) => !isIntegrated);
  const integrated = others.filter(({ isIntegrated }) => isIntegrated);
  const fix = 'Nothing is to be done: this agent gives only NVIDIA GPUs to tasks, leaves others alone, and does not register them.';
  return [
    ...(cards.length === 0 ? [] : [warned('gpu-other', `not supported: ${listed(cards)}`, fix)]),
    ...(integrated.length === 0 ? [] : [passed('gpu-other', `part of the processor, and not for tasks: ${listed(integrated)}`)]),
  ];
}

const listed = (graphics: readonly PciGraphics[]): string =>
  graphics.map(({ vendor, address, id }) => `${vendor} ${id} at ${address}`).join(', ');
