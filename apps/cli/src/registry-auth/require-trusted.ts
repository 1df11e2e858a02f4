import type { Address } from 'viem';
import { addressesOf } from '@muster/chain/address-book';
import { networkOf } from '@muster/chain/networks';
import { AppError } from '@muster/protocol/errors/app-error';
import { isLoopbackDomain } from '@muster/protocol/images/image-reference';
import type { GlobalOptions } from '../context.ts';
import { UsageError } from '../usage-error.ts';

/**
 * That what the nodes' keys are checked against is not the server's word: it could name a registry and an RPC of its own, and with them
 * any keys. The registry is the address book's or named with --registry, the RPC is named with --rpc; a dev chain on this very machine needs
 * neither. Throws UsageError, WRONG_REGISTRY, WRONG_CHAIN.
 */
export function requireTrusted(
  { chainId, registry }: { chainId: number; registry: Address },
  { url, rpc, registry: named }: Pick<GlobalOptions, 'url' | 'rpc' | 'registry'>,
): void {
  const { name, isDev } = networkOf(chainId);
  // Anybody can run a dev chain, so the book's page of it vouches for nothing.
  const trusted = named ?? (isDev ? undefined : addressesOf(chainId)?.registry);
  if (trusted !== undefined && trusted !== registry)
    throw new AppError('WRONG_REGISTRY', {
      publicMessage: `The server follows the registry ${registry}, not ${trusted}. Nothing was sealed.`,
      hint: 'Ask whoever runs the server; if its registry is the right one, name it: --registry ADDRESS.',
      data: { registry, expected: trusted },
    });
  if (isDev && isLoopbackDomain(new URL(url).host)) return;
  if (trusted === undefined)
    throw new UsageError(
      `Only the server says that ${registry} is Muster's registry on ${name}.`,
      'Name the one that you trust: --registry ADDRESS',
    );
  if (rpc === undefined)
    throw new UsageError(
      "Nodes' keys are checked on the chain, over an RPC that is not the server's.",
      'Give one that you trust: --rpc https://…',
    );
}
