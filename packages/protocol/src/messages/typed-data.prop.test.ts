import fc from 'fast-check';
import { hashTypedData, recoverTypedDataAddress } from 'viem/utils';
import { describe, expect, it } from 'vitest';

import { ALL_MESSAGES, DOMAIN, messageArbitrary, SIGNER } from '../testing/messages.ts';
import { digestOf, signMessage } from './define-message.ts';
import { typedDataOf } from './typed-data.ts';

describe.each(ALL_MESSAGES.map((definition) => [definition.name, definition] as const))('%s', (_, definition) => {
  it("hashes as viem's hashTypedData does", () => {
    fc.assert(
      fc.property(messageArbitrary(definition), (message) => {
        const expected = hashTypedData(typedDataOf(DOMAIN, { ...definition, message }));
        expect(digestOf(definition, definition.schema.parse(message), DOMAIN)).toBe(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('carries a signature that viem recovers to the signer', async () => {
    const [message] = fc.sample(messageArbitrary(definition), { numRuns: 1, seed: 1 });
    const { signature, message: sent } = signMessage(definition, message ?? {}, { domain: DOMAIN, signer: SIGNER });
    const recovered = await recoverTypedDataAddress({ ...typedDataOf(DOMAIN, { ...definition, message: sent }), signature });
    expect(recovered).toBe(SIGNER.address);
  });
});
