import { x25519 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';

import { toHex } from '../bytes.ts';
import { unwrap } from '../errors/result.ts';
import { DOMAIN, RECEIVER, SIGNER } from '../testing/messages.ts';
import {
  inSealCalls,
  MAX_SEALED_AT_ONCE,
  openRegistryCredentials,
  sealedCredentialsSchema,
  sealRegistryCredentials,
  type CredentialsTarget,
} from './registry-credentials.ts';

const privateKey = new Uint8Array(32).fill(7);
const publicKey = toHex(x25519.getPublicKey(privateKey));
const credentials = { registry: 'ghcr.io', username: 'buyer', password: 'a secret' };
const target: CredentialsTarget = { domain: DOMAIN, runId: '1', taskId: '11111111-1111-4111-8111-111111111111', node: SIGNER.address };
const open = (change: Partial<CredentialsTarget & { registry: string }> = {}, key = privateKey) =>
  sealRegistryCredentials(publicKey, credentials, target).then((sealed) =>
    openRegistryCredentials(key, sealed, { ...target, registry: 'ghcr.io', ...change }),
  );

describe('sealed registry credentials', () => {
  it('go to a server in as few calls as it takes, all of them and in order', () => {
    const sealed = Array.from({ length: 2 * MAX_SEALED_AT_ONCE + 1 }, (_none, index) => index);
    const calls = inSealCalls(sealed);
    expect(calls.map(({ length }) => length)).toEqual([MAX_SEALED_AT_ONCE, MAX_SEALED_AT_ONCE, 1]);
    expect(calls.flat()).toEqual(sealed);
    expect(inSealCalls([])).toEqual([]);
  });

  it('open on the node and for the task that they were made for', async () => {
    expect(unwrap(await open())).toEqual(credentials);
  });

  it.each([
    ['another task', { taskId: '22222222-2222-4222-8222-222222222222' }],
    ['another run', { runId: '2' }],
    ['another node', { node: RECEIVER }],
    ['another chain', { domain: { ...DOMAIN, chainId: 1 } }],
    ['another registry', { registry: 'evil.example' }],
  ])('do not for %s', async (_, change) => {
    expect(await open(change)).toMatchObject({ ok: false, error: { code: 'REGISTRY_CREDENTIALS_INVALID' } });
  });

  it('do not by another key, and say nothing of what they hold', async () => {
    const refused = await open({}, new Uint8Array(32).fill(8));
    expect(refused).toMatchObject({ ok: false, error: { code: 'REGISTRY_CREDENTIALS_INVALID' } });
    expect(JSON.stringify(await open({ registry: 'evil.example' }))).not.toContain('secret');
  });

  it('fit the wire at their longest', async () => {
    const longest = { registry: 'r'.repeat(255), username: 'u'.repeat(256), password: 'p'.repeat(4096) };
    expect(sealedCredentialsSchema.safeParse(await sealRegistryCredentials(publicKey, longest, target)).success).toBe(true);
  });
});
