import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import type { Addresses } from '../address-book.ts';

/** Writes a chain's page, to be committed. Returns its path. */
export async function writeAddressBook(
  { chainId, ...addresses }: Addresses & { chainId: number },
  directory = bookDirectory(),
): Promise<string> {
  const { registry, validatorSet, deploymentBlock } = addresses;
  const path = `${directory}/${chainId}.json`;
  await writeFileAtomic(path, `${JSON.stringify({ chainId, registry, validatorSet, deploymentBlock }, null, 2)}\n`, { mode: 0o644 });
  return path;
}

const bookDirectory = (): string => fileURLToPath(new URL('../addresses', import.meta.url));
