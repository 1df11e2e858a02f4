import { expect, it } from 'vitest';
import { checkGpus, gpuInability, type GpuFindings } from './gpu-checks.ts';

const H100 = { uuid: 'GPU-1', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 85e9 };
const ok: GpuFindings['reading'] = { state: 'ok', driver: '550.90.07', gpus: [H100, { ...H100, uuid: 'GPU-2', memoryBytes: 0 }] };
const nvidia = { vendor: 'NVIDIA', address: '0000:65:00.0', id: '10de:2330' } as const;
const amd = { vendor: 'AMD', address: '0000:03:00.0', id: '1002:744c' } as const;
const seen = (findings: Partial<GpuFindings>) =>
  checkGpus({ reading: { state: 'absent' }, graphics: [], access: null, ...findings }).map(
    ({ id, severity, reason }) => `${id} ${severity}: ${reason}`,
  );

it.each([
  ['no GPU', {}, ['gpu info: no NVIDIA GPU; the machine serves without one']],
  [
    'a card without a driver',
    { graphics: [nvidia] },
    ['gpu warning: an NVIDIA GPU is there (NVIDIA 10de:2330 at 0000:65:00.0), but no driver'],
  ],
  [
    'a driver without the toolkit',
    { reading: ok },
    [
      'gpu info: NVIDIA H100 80GB HBM3 (85 GB), NVIDIA H100 80GB HBM3 (memory unknown), driver 550.90.07',
      'gpu-toolkit warning: the engine cannot give GPUs to containers: the NVIDIA container toolkit is not set up',
    ],
  ],
  ['everything', { reading: ok, access: 'cdi' as const }, [expect.any(String), 'gpu-toolkit info: the engine gives out GPUs by CDI']],
  [
    'a broken driver',
    { reading: { state: 'broken' as const, problem: 'mismatch', fix: 'Reboot.' } },
    ['gpu warning: nvidia-smi fails: mismatch'],
  ],
  [
    "another vendor's",
    { graphics: [amd] },
    ['gpu info: no NVIDIA GPU; the machine serves without one', 'gpu-other warning: not supported: AMD 1002:744c at 0000:03:00.0'],
  ],
])('reports %s', (_, findings, lines) => {
  expect(seen(findings)).toEqual(lines);
});

it('says why containers get none', () => {
  expect(gpuInability({ reading: { state: 'absent' }, access: 'nvidia' })).toContain('no NVIDIA GPU');
  expect(gpuInability({ reading: ok, access: null })).toContain('toolkit');
  expect(gpuInability({ reading: ok, access: 'nvidia' })).toBeNull();
});
