import { expect, it } from 'vitest';
import { gpuAccessOf } from './gpu-access.ts';

it.each([
  ['the runtime', { Runtimes: { runc: {}, nvidia: { path: 'nvidia-container-runtime' } } }, 'nvidia'],
  ['CDI alone', { Runtimes: { runc: {} }, DiscoveredDevices: [{ Source: 'cdi', ID: 'nvidia.com/gpu=all' }] }, 'cdi'],
  ["another vendor's devices", { Runtimes: { runc: {} }, DiscoveredDevices: [{ Source: 'cdi', ID: 'amd.com/gpu=all' }] }, null],
  ['neither', { Runtimes: { runc: {} }, DiscoveredDevices: null }, null],
  ['an engine that says nothing', {}, null],
])('knows %s', (_, info, access) => {
  expect(gpuAccessOf(info)).toBe(access);
});
