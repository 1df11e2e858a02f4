import { bytesToHex, type Hex } from 'viem';
import { mnemonicToAccount, type HDAccount } from 'viem/accounts';

/** Anvil's published mnemonic: its accounts are funded on every dev chain and worthless everywhere else. */
const DEV_MNEMONIC = 'test test test test test test test test test test test junk';

/** One of Anvil's ten funded accounts. Account 0 deploys the contracts; its first two nonces fix their addresses. */
export function devAccount(index: number): HDAccount {
  return mnemonicToAccount(DEV_MNEMONIC, { addressIndex: index });
}

export function devKey(index: number): Hex {
  const { privateKey } = devAccount(index).getHdKey();
  if (!privateKey) throw new Error(`dev account ${index} has no key`);
  return bytesToHex(privateKey);
}
