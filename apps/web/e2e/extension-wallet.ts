import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { createWalletClient, hexToString, http, isHex, type Hex, type LocalAccount } from 'viem';
import { foundry } from 'viem/chains';
import { z } from 'zod';

const transactionSchema = z.object({
  to: z.templateLiteral(['0x', z.string()]).optional(),
  data: z.templateLiteral(['0x', z.string()]).optional(),
});
const chainSchema = z.tuple([z.object({ chainId: z.string() })]);

export interface ExtensionWallet {
  /** What the page asked of the wallet, in order. */
  asked: string[];
  /** The next question is answered as by a person who presses "reject". */
  declineNext(): void;
}

interface Options {
  account: LocalAccount;
  rpcUrl: string;
  /** The chain that the wallet is on at first. */
  chainId: number;
}

/**
 * A browser extension's wallet as the page meets it: a provider that announces itself by EIP-6963 when it loads and whenever a page asks
 * who is there. Its key stays in this process; signatures and transactions are real.
 */
export async function installExtensionWallet(page: Page, { account, rpcUrl, chainId }: Options): Promise<ExtensionWallet> {
  const client = createWalletClient({ account, chain: foundry, transport: http(rpcUrl) });
  const asked: string[] = [];
  let current = chainId;
  let isConnected = false;
  let declines = false;

  async function answer(method: string, params: unknown): Promise<unknown> {
    // A site that was never let in learns of no account.
    if (method === 'eth_requestAccounts') isConnected = true;
    if (method === 'eth_accounts' || method === 'eth_requestAccounts') return isConnected ? [account.address] : [];
    if (method === 'eth_chainId') return `0x${current.toString(16)}`;
    if (method === 'wallet_switchEthereumChain') return void (current = Number(chainSchema.parse(params)[0].chainId));
    if (method === 'personal_sign') {
      const [message] = z.array(z.string()).parse(params);
      return client.signMessage({ message: isHex(message) ? hexToString(message) : (message ?? '') });
    }
    if (method === 'eth_sendTransaction') {
      const [transaction] = z.array(transactionSchema).parse(params);
      return client.sendTransaction({ to: transaction?.to as Hex, data: transaction?.data as Hex });
    }
    const response = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return z.object({ result: z.unknown() }).parse(await response.json()).result;
  }

  await page.exposeFunction('extensionWalletRequest', async (method: string, params: unknown) => {
    asked.push(method);
    if (declines && ['personal_sign', 'eth_sendTransaction'].includes(method)) {
      declines = false;
      return { declined: true };
    }
    return { result: (await answer(method, params)) ?? null, chainId: current };
  });
  await page.addInitScript({ path: fileURLToPath(new URL('extension-wallet.page.js', import.meta.url)) });
  return { asked, declineNext: () => void (declines = true) };
}
