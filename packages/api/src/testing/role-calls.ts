import { randomBytes, randomUUID } from 'node:crypto';
import { createTRPCUntypedClient, createWSClient, httpLink, splitLink, wsLink } from '@trpc/client';
import { devKey } from '@muster/chain/dev/dev-accounts';
import { ROLES as DEV_ROLES } from '@muster/chain/testing/dev-chain';
import { sealFrame } from '@muster/protocol/crypto/mac';
import { createSigner, type Signer } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { hashMessage, type Hex } from 'viem';
import type { Role } from '../access-matrix.ts';
import { signInBuyer, type Wallet } from './test-buyer.ts';
import { standardWebSocket } from './web-socket.ts';

/** How a call ended: with an answer (or a first item of a stream), or with a code. */
export type Outcome = { ok: true } | { ok: false; code: string };

export type RoleCaller = {
  signer: Signer;
  wallet: Wallet;
  call(target: { base: string; path: string; type: 'query' | 'mutation' | 'subscription' }, input: unknown): Promise<Outcome>;
  /** A frame of somebody's session, sealed by a key that this role made up. */
  forgeFrame(sessionId: string, path: string): object;
  close(): Promise<void>;
};

const walletOf = (signer: Signer): Wallet => ({
  address: signer.address,
  signMessage: ({ message }) => {
    if (typeof message !== 'string') throw new TypeError('expected text');
    return Promise.resolve(signer.signDigest(hashMessage(message)));
  },
});

export async function createRoleCaller(role: Role, { url, nodeSigner }: { url: string; nodeSigner: Signer }): Promise<RoleCaller> {
  const randomKey = (): Hex => `0x${randomBytes(32).toString('hex')}`;
  const signers: Record<Role, () => Signer> = {
    anonymous: () => createSigner(randomKey()),
    'other-buyer': () => createSigner(devKey(DEV_ROLES.stranger)),
    owner: () => createSigner(devKey(DEV_ROLES.buyer)),
    node: () => nodeSigner,
    validator: () => createSigner(devKey(DEV_ROLES.validator)),
    master: () => createSigner(devKey(DEV_ROLES.master)),
  };
  const signer = signers[role]();
  const wallet = walletOf(signer);
  const buyer = role === 'anonymous' ? null : await signInBuyer(url, wallet);
  const headers = buyer === null ? {} : { authorization: `Bearer ${buyer.token}` };
  const closers: (() => Promise<void>)[] = [];

  return {
    signer,
    wallet,
    async call({ base, path, type }, input) {
      const socket = createWSClient({
        url: `${url.replace('http', 'ws')}${base}`,
        WebSocket: standardWebSocket(),
        lazy: { enabled: true, closeMs: 0 },
        connectionParams: () => headers,
      });
      closers.push(() => socket.close());
      const links = [
        splitLink({
          condition: (op) => op.type === 'subscription',
          true: wsLink({ client: socket }),
          false: httpLink({ url: `${url}${base}`, headers }),
        }),
      ];
      const client = createTRPCUntypedClient({ links });
      if (type === 'subscription') {
        return new Promise((resolve) => {
          const subscription = client.subscription(path, input, {
            onData: () => {
              subscription.unsubscribe();
              resolve({ ok: true });
            },
            onError: (error) => resolve(refusalOf(error)),
          });
        });
      }
      return client[type](path, input).then((): Outcome => ({ ok: true }), refusalOf);
    },
    forgeFrame: (sessionId, path) =>
      sealFrame({ key: randomBytes(32), direction: 'n2m', sessionId, counter: 1_000_000, path, body: { id: randomUUID() } }),
    async close() {
      await Promise.all([...closers.map((close) => close()), buyer?.close()]);
    },
  };
}

function refusalOf(error: unknown): Outcome {
  return { ok: false, code: AppError.fromWire(error)?.code ?? String(error) };
}
