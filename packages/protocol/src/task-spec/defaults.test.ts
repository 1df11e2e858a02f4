import { expect, it } from 'vitest';

import { DEFAULT_RESOURCES, demandOf } from './defaults.ts';

it('counts what a task asks for, and something for what it leaves out', () => {
  const { cpu, memoryBytes, diskBytes } = DEFAULT_RESOURCES;
  expect(demandOf({ resources: {} })).toEqual({ cpu, memoryBytes, diskBytes, gpu: null });
  expect(demandOf({ resources: { cpu: 2, gpu: { count: 1 } } })).toMatchObject({ cpu: 2, memoryBytes, gpu: { count: 1 } });
});
