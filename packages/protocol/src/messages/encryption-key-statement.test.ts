import { expect, it } from 'vitest';

import { createSigner } from '../crypto/signer.ts';
import { DOMAIN, NOW, SIGNER } from '../testing/messages.ts';
import { signMessage } from './define-message.ts';
import { checkKeyStatement, EncryptionKeyStatement } from './encryption-key-statement.ts';

const other = createSigner(`0x${'33'.repeat(32)}`);
const key = `0x${'aa'.repeat(32)}` as const;
const statement = (signer = SIGNER) =>
  signMessage(
    EncryptionKeyStatement,
    { runId: '7', node: signer.address, seq: 1, encryptionKey: key, issuedAt: NOW },
    { domain: DOMAIN, signer },
  );
const expected = { domain: DOMAIN, runId: '7', node: SIGNER.address, now: NOW + 1e9 };

it('takes the node’s own word about the run that is meant, however old, and nothing else', () => {
  const own = statement();
  expect(checkKeyStatement(own, expected)?.encryptionKey).toBe(key);
  expect(checkKeyStatement(own, { ...expected, runId: '8' })).toBeNull();
  expect(checkKeyStatement(own, { ...expected, domain: { ...DOMAIN, chainId: 1 } })).toBeNull();
  expect(checkKeyStatement(statement(other), expected)).toBeNull();
  expect(checkKeyStatement({ ...own, message: { ...own.message, encryptionKey: `0x${'bb'.repeat(32)}` } }, expected)).toBeNull();
  expect(checkKeyStatement(null, expected)).toBeNull();
});
