import { privateKeyToAccount, generatePrivateKey } from 'viem/accounts';
import { createSiweMessage } from 'viem/siwe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChainClient } from '@muster/chain/clients';
import { deployContractWallet, walletAt } from '../../testing/contract-wallet.ts';
import { createBuyerClient, siweMessageFor, signInBuyer, type BuyerClient } from '../../testing/test-buyer.ts';
import { setUpStage, type Stage } from '../../testing/setup.ts';
import { verifyWallet } from './verify-wallet.ts';

let stage: Stage;
let visitor: { client: BuyerClient; close(): Promise<void> };

beforeAll(async () => {
  stage = await setUpStage();
  visitor = createBuyerClient(stage.server.url, null);
});

afterAll(async () => {
  await visitor.close();
  await stage.stop();
});

const refusal = (code: string) => ({ data: { app: { code } } });
const wallet = () => privateKeyToAccount(generatePrivateKey());

describe('Sign-In with Ethereum', () => {
  it('takes a signed nonce once', async () => {
    const account = wallet();
    const message = await siweMessageFor(visitor.client, account);
    const signed = { message, signature: await account.signMessage({ message }) };
    await expect(visitor.client.auth.signIn.mutate(signed)).resolves.toMatchObject({ address: account.address });
    await expect(visitor.client.auth.signIn.mutate(signed)).rejects.toMatchObject(refusal('SIGN_IN_EXPIRED'));
  });

  it('refuses the signature of another wallet, and leaves the nonce to its owner', async () => {
    const account = wallet();
    const message = await siweMessageFor(visitor.client, account);
    const forged = { message, signature: await wallet().signMessage({ message }) };
    await expect(visitor.client.auth.signIn.mutate(forged)).rejects.toMatchObject(refusal('SIGN_IN_INVALID'));
    await expect(visitor.client.auth.signIn.mutate({ message, signature: await account.signMessage({ message }) })).resolves.toMatchObject({
      address: account.address,
    });
  });

  it.each([
    ['for another site', { domain: 'evil.example', uri: 'https://evil.example' }],
    ['for another chain', { chainId: 1 }],
    ['with a nonce that this server did not make', { nonce: 'abcdefgh12345678' }],
    ['from another day', { issuedAt: new Date(Date.now() - 86_400_000) }],
    ['that has expired', { expirationTime: new Date(Date.now() - 1_000) }],
  ])('refuses a message %s', async (_what, change) => {
    const account = wallet();
    const { nonce, chainId, domain, uri } = await visitor.client.auth.nonce.mutate();
    const message = createSiweMessage({ address: account.address, nonce, chainId, domain, uri, version: '1', ...change });
    const signature = await account.signMessage({ message });
    await expect(visitor.client.auth.signIn.mutate({ message, signature })).rejects.toMatchObject({ data: { httpStatus: 401 } });
  });

  it('signs out for good', async () => {
    const buyer = await signInBuyer(stage.server.url, wallet());
    await expect(buyer.client.auth.session.query()).resolves.toMatchObject({ address: buyer.address });
    await buyer.client.auth.signOut.mutate();
    await expect(buyer.client.auth.session.query()).resolves.toBeNull();
    await buyer.close();
  });
});

describe('a contract wallet (ERC-1271)', () => {
  it('signs in by what its contract says of the signature, and owns runs', async () => {
    const safe = await deployContractWallet(stage.chain, wallet());
    const buyer = await signInBuyer(stage.server.url, safe);
    await expect(buyer.client.auth.session.query()).resolves.toMatchObject({ address: safe.address });
    await expect(buyer.client.run.list.query()).resolves.toEqual({ items: [], nextCursor: null });
    await buyer.close();
  });

  it('is not signed for by anybody but its owner', async () => {
    const safe = await deployContractWallet(stage.chain, wallet());
    const forger = walletAt(safe.address, wallet());
    await expect(signInBuyer(stage.server.url, forger)).rejects.toMatchObject(refusal('SIGN_IN_INVALID'));
    const garbled = { ...safe, signMessage: () => Promise.resolve('0x1234' as const) };
    await expect(signInBuyer(stage.server.url, garbled)).rejects.toMatchObject(refusal('SIGN_IN_INVALID'));
  });

  it('does not sign in where no contract is deployed', async () => {
    const nowhere = walletAt(wallet().address, wallet());
    await expect(signInBuyer(stage.server.url, nowhere)).rejects.toMatchObject(refusal('SIGN_IN_INVALID'));
  });

  it('is not refused while only the chain could tell and does not answer', async () => {
    const safe = await deployContractWallet(stage.chain, wallet());
    const away = createChainClient({ chainId: stage.chain.anvil.chainId, rpcUrl: 'http://127.0.0.1:1' });
    const message = 'any text';
    const claim = { address: safe.address, message, signature: await safe.signMessage({ message }) };
    await expect(verifyWallet(away, claim)).rejects.toMatchObject({ code: 'RPC_UNAVAILABLE' });
    await expect(verifyWallet(stage.chain.client, claim)).resolves.toBe(true);
  });
});

describe('the session cookie', () => {
  const signInForCookie = async () => {
    const account = wallet();
    const message = await siweMessageFor(visitor.client, account);
    const response = await post('auth.signIn', { message, signature: await account.signMessage({ message }) }, {});
    return { account, setCookie: response.headers.get('set-cookie') ?? '' };
  };
  const post = (path: string, body: object, headers: Record<string, string>) =>
    fetch(`${stage.server.url}/api/trpc/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('cannot be read by scripts, and is not sent with a foreign page’s POST', async () => {
    const { setCookie } = await signInForCookie();
    expect(setCookie).toMatch(/^muster_session=[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Expires=/);
  });

  it('counts with our own origin and not with another, however it was sent', async () => {
    const { setCookie } = await signInForCookie();
    const cookie = setCookie.split(';', 1)[0] ?? '';
    const create = { runId: '1', spec: 'image: busybox' };
    const own = await post('task.create', create, { cookie, origin: stage.server.url });
    expect(own.status).toBe(404);
    for (const headers of [{ cookie, origin: 'https://evil.example' }, { cookie }, { cookie, origin: 'null' }]) {
      const foreign = await post('task.create', create, headers);
      expect(foreign.status).toBe(401);
    }
  });
});

describe('the run that an input names', () => {
  it('is the caller’s own, or else it does not exist', async () => {
    const runId = await stage.createRun();
    const stranger = await signInBuyer(stage.server.url, wallet());
    await expect(stranger.client.run.get.query({ runId })).rejects.toMatchObject(refusal('RUN_UNKNOWN'));
    await expect(stranger.client.run.get.query({ runId: '999' })).rejects.toMatchObject(refusal('RUN_UNKNOWN'));
    await expect(stranger.client.run.list.query()).resolves.toEqual({ items: [], nextCursor: null });
    await stranger.close();
  });

  it('refuses a field that nobody knows', async () => {
    const runId = await stage.createRun();
    const input = { runId, colour: 'blue' };
    await expect(stage.buyer.client.run.get.query(input)).rejects.toMatchObject(refusal('UNKNOWN_FIELD'));
  });
});
