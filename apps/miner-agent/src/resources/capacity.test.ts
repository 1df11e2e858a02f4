import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../policy/policy.ts';
import { capacityOf, type Machine } from './capacity.ts';
import { offerOf } from './offer.ts';

const GB = 1e9;
const MiB = 1024 * 1024;
const machine: Machine = {
  cpu: 8,
  memoryBytes: 32 * GB,
  diskBytes: 500 * GB,
  diskReserveBytes: GB,
  gpus: [
    { uuid: 'GPU-t', model: 'Tesla T4', memoryBytes: 16 * GB },
    { uuid: 'GPU-h', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 80 * GB },
  ],
};

describe('capacityOf', () => {
  it('keeps something for the owner who does not say how much, and little of a small machine', () => {
    expect(capacityOf(machine, DEFAULT_POLICY)).toMatchObject({
      cpu: 8,
      memoryBytes: 32 * GB - 512 * MiB,
      diskBytes: 499 * GB,
    });
    expect(capacityOf({ ...machine, memoryBytes: GB, diskBytes: 8 * GB }, DEFAULT_POLICY)).toMatchObject({
      memoryBytes: GB * 0.875,
      diskBytes: 7 * GB,
    });
  });

  it('keeps what the owner says, and stays within the bounds', () => {
    const limits = { ...DEFAULT_POLICY.limits, all: { memoryBytes: 4 * GB, gpus: 1 } };
    expect(capacityOf(machine, { limits, reserve: { cpu: 2, diskBytes: 600 * GB } })).toEqual({
      cpu: 6,
      memoryBytes: 4 * GB,
      diskBytes: 0,
      gpus: [machine.gpus[1]],
    });
  });
});

it('promises nothing of the disk at which containers are stopped, whatever the policy keeps', () => {
  expect(capacityOf(machine, { ...DEFAULT_POLICY, reserve: { diskBytes: 1 } }).diskBytes).toBe(499 * GB);
});

describe('offerOf', () => {
  const features = { gpu: true, egress: true, root: true, ports: false };
  const input = { machine, policy: DEFAULT_POLICY, features, draining: null, freeDiskBytes: 100 * GB, now: 0 };

  it('grants what machine and owner both do', () => {
    expect(offerOf(input)).toMatchObject({ features: { gpu: true, egress: true, root: false, ports: false }, accepting: true });
  });

  it.each([
    [{ draining: 'a new disk' }, 'it is draining: a new disk'],
    [{ freeDiskBytes: 100 * MiB }, 'its disk is down to what its owner keeps'],
  ])('takes nothing new under %j', (change, reason) => {
    expect(offerOf({ ...input, ...change })).toMatchObject({ accepting: false, reason });
  });
});
