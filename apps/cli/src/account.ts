import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts';
import { loadKey } from '@muster/runtime/key-file';
import { UsageError } from './usage-error.ts';

export interface KeyOptions {
  keyFile: string | undefined;
  env: { key: string | undefined; keyFile: string | undefined };
}

/** The buyer's wallet. A file named on the command line wins over the environment. Throws UsageError or KeyError. */
export async function loadAccount({ keyFile, env }: KeyOptions): Promise<PrivateKeyAccount> {
  const file = keyFile ?? (env.key === undefined ? env.keyFile : undefined);
  if (file === undefined && env.key === undefined) {
    throw new UsageError('This needs your wallet, and no key was given.', 'Use --key-file PATH, or set MUSTER_KEY_FILE or MUSTER_KEY.');
  }
  const source = file === undefined ? { value: env.key ?? '' } : { file };
  const { privateKey } = await loadKey({ name: 'buyer key', ...source });
  return privateKeyToAccount(privateKey);
}
