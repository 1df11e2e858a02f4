import { expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../policy/policy.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';
import { createFeatureBook } from '../resources/features.ts';
import { testRecord, testSpec } from '../testing/test-record.ts';
import { createGatekeeper } from './gatekeeper.ts';

const A = { uuid: 'GPU-a', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 85e9 };
const B = { ...A, uuid: 'GPU-b' };
const LOST = 'the driver does not list it any more';

function setup({
  lost = [],
  inability = null,
  records = [],
}: {
  lost?: string[];
  inability?: string | null;
  records?: AllocationRecord[];
}) {
  const admit = createGatekeeper({
    policy: () => DEFAULT_POLICY,
    features: createFeatureBook({ gpu: inability, egress: null, root: null, ports: null }),
    machine: () => ({ cpu: 8, memoryBytes: 64e9, diskBytes: 1e12, diskReserveBytes: 0, gpus: [A, B] }),
    gpus: {
      usable: () => [A, B].filter(({ uuid }) => !lost.includes(uuid)),
      troubles: () => new Map(lost.map((uuid) => [uuid, LOST])),
    },
    portDesk: { lack: () => null },
    buyer: () => null,
    records: () => records,
    now: () => 0,
  });
  return (count: number) => {
    const answer = admit(testSpec({ resources: { gpu: { count } } }), 'new', null);
    return answer.ok ? answer.value.gpus : `${answer.error.code}: ${answer.error.publicMessage}`;
  };
}
const holding = (...gpus: string[]) =>
  testRecord({ allocationId: 'other', spec: testSpec({ resources: { gpu: { count: gpus.length } } }), gpus });

it('gives what works, and refuses for the lost ones with their trouble', () => {
  const ask = setup({ lost: ['GPU-a'] });
  expect(ask(1)).toEqual(['GPU-b']);
  expect(ask(2)).toBe(`GPU_UNAVAILABLE: 1 of 1 GPUs are left; 2 that fit are asked for: 1 of the node's GPUs cannot be used (${LOST})`);
  expect(ask(3)).toMatch(/^RESOURCES_EXHAUSTED: /);
});

it('still gives one that works when the lost one is held', () => {
  expect(setup({ lost: ['GPU-a'], records: [holding('GPU-a')] })(1)).toEqual(['GPU-b']);
  expect(setup({ lost: ['GPU-a'], records: [holding('GPU-b')] })(1)).toMatch(/^GPU_UNAVAILABLE: /);
  expect(setup({ records: [holding('GPU-a', 'GPU-b')] })(1)).toMatch(/^RESOURCES_EXHAUSTED: /);
});

it('refuses with a type of its own when no GPU can be given at all', () => {
  const ask = setup({ lost: ['GPU-a', 'GPU-b'], inability: 'the NVIDIA driver does not work (version mismatch)' });
  expect(ask(1)).toBe('GPU_UNAVAILABLE: The node cannot give gpu: the NVIDIA driver does not work (version mismatch)');
});
