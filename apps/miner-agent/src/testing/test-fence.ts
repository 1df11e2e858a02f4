import type { Address } from 'viem';
import { createIptablesFence } from '../adapters/host/iptables-fence.ts';

/** An agent leaves its fence up while a container of its own runs on; a test that removes those removes the fence too. */
export const lowerFenceOf = (node: Address): Promise<void> => createIptablesFence({ node, denied: [] }).lower();
