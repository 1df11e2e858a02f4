import { createHash } from 'node:crypto';
import type { Address } from 'viem';

/** What Linux gives an interface's name, without the closing zero. */
export const MAX_INTERFACE_NAME = 15;

/** Every bridge of this node begins with it, and no other does: firewall rules match `-i prefix+`, whatever comes and goes. */
export const bridgePrefix = (node: Address): string => `mu${nodeTag(node)}`;

/** Eight characters of prefix, seven of the network. */
export const bridgeName = (node: Address, network: string): string =>
  `${bridgePrefix(node)}${createHash('sha256').update(network).digest('hex')}`.slice(0, MAX_INTERFACE_NAME);

/** Tells nodes on one machine apart; two with the same tag would share one fence, which fences both. */
export const nodeTag = (node: Address): string => node.slice(2, 8).toLowerCase();
