import { encodeErrorResult, toHex, type Abi } from 'viem';
import { describe, expect, it } from 'vitest';
import { translateRevert } from './contract-errors.ts';
import { computeRegistryAbi } from './generated/compute-registry.ts';
import { validatorSetAbi } from './generated/validator-set.ts';

const NODE = '0x00000000000000000000000000000000000000AA';

/** A plausible value for each type that our errors carry. */
const sampleOf = (type: string): unknown => {
  if (type === 'address') return NODE;
  if (type === 'bytes32') return `0x${'ab'.repeat(32)}`;
  return Number(/\d+/.exec(type)?.[0]) > 48 ? 7n : 7;
};

const errors = [...computeRegistryAbi, ...validatorSetAbi].flatMap((item) =>
  item.type === 'error' ? [{ name: item.name, inputs: item.inputs }] : [],
);

describe('translateRevert', () => {
  it.each(errors)('gives $name a code, a message and its arguments', ({ name, inputs }) => {
    const abi: Abi = [{ type: 'error', name, inputs }];
    const data = encodeErrorResult({ abi, errorName: name, args: inputs.map(({ type }) => sampleOf(type)) });
    const refusal = translateRevert(data);
    expect(refusal?.data).toMatchObject({ error: name });
    expect(Object.keys(refusal?.data ?? {})).toHaveLength(inputs.length + 1);
    expect(`${refusal?.publicMessage} ${refusal?.hint}`).not.toMatch(/NaN|\[object/);
  });

  it('tells the time at which a cooldown ends', () => {
    const data = encodeErrorResult({ abi: computeRegistryAbi, errorName: 'CooldownNotOver', args: [1n, NODE, 1_700_000_000] });
    expect(translateRevert(data)).toMatchObject({
      code: 'COOLDOWN_ACTIVE',
      publicMessage: `Node ${NODE} may register again at 2023-11-14T22:13:20.000Z.`,
    });
  });

  it('leaves what no contract of ours raised to others', () => {
    expect(translateRevert('0xdeadbeef')).toBeUndefined();
    expect(translateRevert(toHex('hello'))).toBeUndefined();
  });
});
