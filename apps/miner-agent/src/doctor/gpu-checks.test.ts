import { describe, expect, it } from 'vitest';
import { grantableGpus, troubledGpus, usageOf } from '../adapters/host/nvidia-smi/judge-gpus.ts';
import { parseGpuRows } from '../adapters/host/nvidia-smi/rows.ts';
import { parseSliceMemory, parseSlices } from '../adapters/host/nvidia-smi/slices.ts';
import { explainFailure, parseLostGpus } from '../adapters/host/nvidia-smi/troubles.ts';
import type { GpuReading, PciGraphics } from '../ports/host.ts';
import { readRecording } from '../testing/recordings.ts';
import { checkGpus, gpuInability, type GpuFindings } from './gpu-checks.ts';

const card = (over: Partial<PciGraphics> = {}): PciGraphics => ({
  vendor: 'NVIDIA',
  address: '0000:65:00.0',
  id: '10de:2330',
  isIntegrated: false,
  driver: 'nvidia',
  ...over,
});
const amd = card({ vendor: 'AMD', address: '0000:03:00.0', id: '1002:744c', driver: 'amdgpu' });
const integrated = card({ vendor: 'Intel', address: '0000:00:02.0', id: '8086:4680', isIntegrated: true, driver: 'i915' });

/** What the adapter makes of a recording (read-gpus.int.test.ts has the program around it). */
function readingOf(name: string): Extract<GpuReading, { state: 'ok' }> {
  const { query, list, report } = readRecording(name);
  const rows = parseGpuRows(query);
  const facts = { rows, slices: parseSlices(list), memory: parseSliceMemory(report) };
  return {
    state: 'ok',
    driver: rows[0]?.driver ?? null,
    gpus: grantableGpus(facts),
    troubled: [...troubledGpus(facts), ...parseLostGpus(query)],
    addresses: rows.flatMap(({ address }) => address ?? []),
    usage: usageOf(facts),
  };
}

const seen = (findings: Partial<GpuFindings>) =>
  checkGpus({ reading: { state: 'absent' }, graphics: [], access: 'nvidia', toolkit: null, ...findings }).map(
    ({ id, severity, reason }) => `${id} ${severity}: ${reason}`,
  );
const TOOLKIT = 'gpu-toolkit info: the engine gives out GPUs by the NVIDIA runtime';

describe('the doctor', () => {
  it.each<[string, Partial<GpuFindings>, string[]]>([
    ['no GPU', {}, ['gpu info: no NVIDIA GPU; the machine serves without one']],
    [
      'a card without a driver',
      { graphics: [card({ driver: 'nouveau' })] },
      ['gpu warning: an NVIDIA GPU is there (NVIDIA 10de:2330 at 0000:65:00.0), but no driver'],
    ],
    [
      'a card that the owner has put aside for a virtual machine',
      { graphics: [card({ driver: 'vfio-pci' })] },
      ['gpu info: no NVIDIA GPU; the machine serves without one'],
    ],
    [
      'a driver without the toolkit',
      { reading: readingOf('470-gt-1030'), access: null },
      [
        'gpu info: NVIDIA GeForce GT 1030 (2 GB), driver 470.74',
        'gpu-toolkit warning: the engine cannot give GPUs to containers: the NVIDIA container toolkit is not set up',
      ],
    ],
    [
      'CDI',
      { reading: readingOf('580-gb10'), access: 'cdi' },
      ['gpu info: NVIDIA GB10 (memory unknown), driver 580.95.05', 'gpu-toolkit info: the engine gives out GPUs by CDI'],
    ],
    [
      'a toolkit by which an image can break out',
      { reading: readingOf('580-gb10'), toolkit: '1.17.7' },
      [
        'gpu info: NVIDIA GB10 (memory unknown), driver 580.95.05',
        TOOLKIT,
        'gpu-toolkit warning: an image that gets a GPU can break out to this machine by a hole of the NVIDIA container toolkit 1.17.7 (CVE-2025-23266)',
      ],
    ],
    ['no such toolkit where no GPU is given', { toolkit: '1.17.7' }, ['gpu info: no NVIDIA GPU; the machine serves without one']],
    ['slices', { reading: readingOf('580-h200-mig') }, ['gpu info: NVIDIA H200 MIG 3g.71gb (74.8 GB), driver 580.173.02', TOOLKIT]],
    [
      'a broken driver',
      { reading: { state: 'broken', ...explainFailure(readRecording('mismatch').query) } },
      ['gpu warning: nvidia-smi fails: Failed to initialize NVML: Driver/library version mismatch'],
    ],
    [
      'a driver that finds nothing although there is something',
      { reading: readingOf('no-devices'), graphics: [card()] },
      ['gpu warning: the driver lists no GPU, although one is there (NVIDIA 10de:2330 at 0000:65:00.0)'],
    ],
    [
      'one that has fallen off the bus, once',
      { reading: readingOf('lost-of-eight'), graphics: [card({ address: '0000:04:00.0' }), card({ address: '0000:05:00.0' })] },
      [
        `gpu info: ${Array.from({ length: 7 }, () => 'NVIDIA GeForce RTX 3080 (21.4 GB)').join(', ')}, driver 570.133.20`,
        'gpu-trouble warning: a GPU at 0000:04:00.0 cannot be used: Unknown Error',
        TOOLKIT,
      ],
    ],
    [
      'one that the driver does not mention at all',
      { reading: readingOf('470-gt-1030'), graphics: [card({ address: '0000:2d:00.0' }), card({ address: '0000:04:00.0' })] },
      [
        'gpu info: NVIDIA GeForce GT 1030 (2 GB), driver 470.74',
        "gpu-trouble warning: an NVIDIA GPU is missing from the driver's list (NVIDIA 10de:2330 at 0000:04:00.0)",
        TOOLKIT,
      ],
    ],
    [
      'one that needs a reset',
      { reading: readingOf('reset-needed') },
      [
        'gpu info: Quadro RTX 5000 (17.1 GB), driver 535.183.01',
        'gpu-trouble warning: Quadro RTX 5000 at 0000:66:00.0 cannot be used: GPU requires reset',
        TOOLKIT,
      ],
    ],
    [
      "a Jetson's",
      { reading: readingOf('540-jetson-orin') },
      [
        'gpu info: the driver has no GPU to give',
        "gpu-trouble warning: Orin (nvgpu) 54d0709b-558d-5a59-9c65-0c5fc14a21a4 cannot be used: a Jetson's own GPU, which shares the machine's memory",
      ],
    ],
    [
      "other makers', and without alarm what is part of the processor",
      { graphics: [amd, integrated] },
      [
        'gpu info: no NVIDIA GPU; the machine serves without one',
        'gpu-other warning: not supported: AMD 1002:744c at 0000:03:00.0',
        'gpu-other info: part of the processor, and not for tasks: Intel 8086:4680 at 0000:00:02.0',
      ],
    ],
  ])('reports %s', (_, findings, lines) => {
    expect(seen(findings)).toEqual(lines);
  });

  it('says why containers get none', () => {
    expect(gpuInability({ state: 'absent' }, true)).toContain('no NVIDIA GPU');
    expect(gpuInability(readingOf('lost-in-place'), true)).toContain('GPU is lost');
    expect(gpuInability(readingOf('470-gt-1030'), false)).toContain('toolkit');
    expect(gpuInability(readingOf('470-gt-1030'), true)).toBeNull();
  });
});
