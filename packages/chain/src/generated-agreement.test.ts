import { REGISTRY_TIMEOUTS } from '@muster/domain/registry/derive-standing';
import { registryEventSchema } from '@muster/domain/registry/events';
import { STANDINGS } from '@muster/domain/registry/standing';
import { describe, expect, it } from 'vitest';
import { computeRegistryAbi, registryDurations, standings } from './generated/compute-registry.ts';

describe('packages/domain', () => {
  it("knows the contract's standings in their order, and its time-outs", () => {
    expect(STANDINGS).toEqual(standings);
    expect(REGISTRY_TIMEOUTS.pendingTimeoutMs).toBe(registryDurations.PENDING_TIMEOUT * 1000);
  });

  it('knows every event of the contract by its arguments', () => {
    const known = Object.fromEntries(
      registryEventSchema.options.map(({ shape }) => [shape.name.value, Object.keys(shape.args.shape).toSorted()]),
    );
    // OpenZeppelin's EIP712 declares one more, which this contract never emits.
    const emitted = computeRegistryAbi.filter((item) => item.type === 'event').filter(({ name }) => name !== 'EIP712DomainChanged');
    expect(known).toEqual(Object.fromEntries(emitted.map(({ name, inputs }) => [name, inputs.map((input) => input.name).toSorted()])));
  });
});
