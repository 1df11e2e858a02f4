import { OTHER_NODE, TEST_NODE, testCapabilities, testSpec } from '../testing/test-record.ts';
import { expect, it } from 'vitest';
import type { Address } from 'viem';
import { DEFAULT_POLICY, type Policy } from '../policy/policy.ts';
import { machineOf } from '../resources/capacity.ts';
import { createGatekeeper } from './gatekeeper.ts';

const [buyer, other] = [TEST_NODE, OTHER_NODE];

function codeFor({ owner, buyers }: { owner: Address | null; buyers: Policy['buyers'] }): string | null {
  const gatekeeper = createGatekeeper({
    policy: () => ({ ...DEFAULT_POLICY, buyers }),
    features: { why: () => null },
    machine: () => machineOf(testCapabilities, { diskBytes: 1e11, diskReserveBytes: 0 }),
    gpus: { usable: () => [], troubles: () => new Map() },
    portDesk: { lack: () => null },
    buyer: () => owner,
    records: () => [],
    now: () => 1_000,
  });
  const admitted = gatekeeper(testSpec(), 'an allocation', null);
  return admitted.ok ? null : admitted.error.code;
}

it.each([
  [buyer, { allow: null, block: [] }, null],
  [buyer, { allow: [buyer], block: [] }, null],
  [buyer, { allow: [other], block: [] }, 'POLICY_REFUSED'],
  [buyer, { allow: null, block: [buyer] }, 'POLICY_REFUSED'],
  // Before the chain has said whose run it is, a list cannot be kept; without one nothing depends on it.
  [null, { allow: [buyer], block: [] }, 'NODE_NOT_READY'],
  [null, { allow: null, block: [buyer] }, 'NODE_NOT_READY'],
  [null, { allow: null, block: [] }, null],
] as const)('of the buyer %s with the lists %o says %s', (owner, buyers, code) => {
  expect(codeFor({ owner, buyers })).toBe(code);
});
