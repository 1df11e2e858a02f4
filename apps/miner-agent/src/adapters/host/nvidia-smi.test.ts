import { expect, it } from 'vitest';
import { parseNvidiaSmi } from './nvidia-smi.ts';

it('reads every GPU, and knows a missing figure from none', () => {
  const output =
    'GPU-5e2f0c6a-1b7c-4d2e-9f3a-000000000001, NVIDIA H100 80GB HBM3, 81559\nGPU-5e2f0c6a-1b7c-4d2e-9f3a-000000000002, Tesla T4, [N/A]\n\nsome warning of the driver\n';
  expect(parseNvidiaSmi(output)).toEqual([
    { uuid: 'GPU-5e2f0c6a-1b7c-4d2e-9f3a-000000000001', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 81_559 * 1024 ** 2 },
    { uuid: 'GPU-5e2f0c6a-1b7c-4d2e-9f3a-000000000002', model: 'Tesla T4', memoryBytes: 0 },
  ]);
  expect(parseNvidiaSmi('No devices were found')).toEqual([]);
});
