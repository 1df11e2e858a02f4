import { DEFAULT_DOMAIN, formatImageReference, type ImageReference } from '@muster/protocol/images/image-reference';
import type { Address } from 'viem';

/** Without tag and digest. */
export const repositoryOf = (reference: ImageReference): string => formatImageReference({ ...reference, tag: null, digest: null });

const OURS = 'muster-pulled';
/** What any agent on this engine pulled: whose it is only that agent knows. */
export const isOfOurs = ({ domain, path }: ImageReference): boolean => domain === DEFAULT_DOMAIN && path.startsWith(`${OURS}/`);

/** In a name space of our own: no tag of the miner's is ever moved or taken off. */
export const ownRepositoryOf = (node: Address): string => `${OURS}/${node.slice(2).toLowerCase()}`;
/** At most 128 characters: sha512 in hex does not fit, and its beginning will do. */
export const tagOf = (node: Address, digest: string): string => `${ownRepositoryOf(node)}:${digest.replace(':', '-').slice(0, 128)}`;
