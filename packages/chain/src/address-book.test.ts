import { describe, expect, it } from 'vitest';
import { addressesOf, resolveAddresses } from './address-book.ts';
import { networkOf } from './networks.ts';

const REGISTRY = '0x00000000000000000000000000000000000000AA';
const VALIDATORS = '0x00000000000000000000000000000000000000bb';

describe('the address book', () => {
  it('holds the dev chain and nothing yet on Arbitrum', () => {
    expect(addressesOf(31337)?.registry).toBe('0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512');
    expect(addressesOf(421614)).toBeUndefined();
    expect(addressesOf(42161)).toBeUndefined();
    expect(addressesOf(1)).toBeUndefined();
  });

  it('says what to set where nothing is deployed', () => {
    expect(() => resolveAddresses(42161)).toThrow('Muster is not deployed on Arbitrum One yet.');
    const overrides = { registry: REGISTRY, validatorSet: VALIDATORS, deploymentBlock: 7 } as const;
    expect(resolveAddresses(42161, overrides)).toEqual(overrides);
  });

  it('does not read the history of another registry from the block of the committed one', () => {
    expect(() => resolveAddresses(31337, { registry: REGISTRY })).toThrow('needs more');
    expect(resolveAddresses(31337, { registry: REGISTRY, deploymentBlock: 9 })).toMatchObject({ registry: REGISTRY, deploymentBlock: 9 });
    expect(resolveAddresses(31337, { validatorSet: VALIDATORS })).toMatchObject({ validatorSet: VALIDATORS, deploymentBlock: 2 });
  });
});

describe('networkOf', () => {
  it('lets only the dev chain tear down by its latest block', () => {
    expect(networkOf(31337)).toMatchObject({ isDev: true, finality: 'latest' });
    expect(networkOf(421614)).toMatchObject({ isDev: false, finality: 'safe' });
    expect(networkOf(42161)).toMatchObject({ isDev: false, finality: 'safe' });
  });

  it('refuses a chain that it does not know', () => {
    expect(() => networkOf(1)).toThrow('Muster does not know chain 1.');
  });
});
