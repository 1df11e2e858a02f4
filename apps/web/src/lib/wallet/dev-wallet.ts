import { createClient, getAddress, http, numberToHex, SwitchChainError, type Address } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createConnector } from 'wagmi';
import { DEV_CHAIN_ID } from './networks.ts';

/** Account 1 of every Anvil; everybody knows it, so it can hold nothing of worth and works on the dev chain alone. */
const DEV_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const STORAGE_KEY = 'muster.devWallet';

export const DEV_WALLET_ID = 'muster.dev-wallet';

type DevProvider = { request: (call: { method: string }) => Promise<unknown> };

class DevWalletRefused extends Error {
  override readonly name = 'DevWalletRefused';
  constructor(chainId: number) {
    super(`The development wallet works on chain ${DEV_CHAIN_ID} alone, not on chain ${chainId}.`);
  }
}

/** A wallet without an extension, so that a newcomer can do everything on the dev chain. It throws on any other chain. */
export const devWallet = ({ rpcUrl }: { rpcUrl: string }) =>
  createConnector<DevProvider>((config) => {
    const account = privateKeyToAccount(DEV_KEY);
    const accounts: readonly Address[] = [getAddress(account.address)];
    const remembered = (): boolean => globalThis.localStorage?.getItem(STORAGE_KEY) === 'connected';
    const assertDevChain = (chainId: number): void => {
      if (chainId !== DEV_CHAIN_ID || config.chains.some((chain) => chain.id !== DEV_CHAIN_ID)) throw new DevWalletRefused(chainId);
    };
    const chain = () => {
      assertDevChain(config.chains[0].id);
      return config.chains[0];
    };
    const provider: DevProvider = {
      async request({ method }) {
        if (method === 'eth_chainId') return numberToHex(chain().id);
        if (method === 'eth_accounts' || method === 'eth_requestAccounts') return remembered() ? accounts : [];
        throw new Error(`The development wallet does not answer ${method}; it signs through its client.`);
      },
    };
    return {
      id: DEV_WALLET_ID,
      name: 'Development wallet',
      type: 'dev-wallet',
      async connect({ chainId } = {}) {
        assertDevChain(chainId ?? chain().id);
        globalThis.localStorage.setItem(STORAGE_KEY, 'connected');
        // wagmi's type asks for accounts with capabilities only of a caller that asked for them; nobody here does.
        return { accounts: accounts as never, chainId: chain().id };
      },
      async disconnect() {
        globalThis.localStorage.removeItem(STORAGE_KEY);
      },
      getAccounts: async () => accounts,
      getChainId: async () => chain().id,
      getProvider: async () => provider,
      getClient: async () => createClient({ account, chain: chain(), transport: http(rpcUrl) }),
      // wagmi reconnects whatever says yes here on a reload.
      isAuthorized: async () => remembered() && config.chains[0].id === DEV_CHAIN_ID,
      async switchChain({ chainId }) {
        if (chainId !== DEV_CHAIN_ID) throw new SwitchChainError(new DevWalletRefused(chainId));
        return chain();
      },
      onAccountsChanged: () => undefined,
      onChainChanged: () => undefined,
      onDisconnect: () => config.emitter.emit('disconnect'),
    };
  });
