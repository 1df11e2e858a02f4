import { unwrap } from '@muster/protocol/errors/result';
import { parseImageReference } from '@muster/protocol/images/image-reference';
import { openRegistryCredentials } from '@muster/protocol/images/registry-credentials';
import type { MusterDomain } from '@muster/protocol/messages/domain';
import type { Address } from 'viem';
import type { RegistryCredentials } from '../ports/image-registry.ts';
import type { AllocationRecord } from '../reconcile/desired.ts';

export interface CredentialsOpener {
  domain: MusterDomain;
  node: Address;
  /** Of the key that the node has stated. */
  privateKey: Uint8Array;
}

/**
 * Opens what a buyer sealed, for the length of a pull, in memory alone: for this node, this task and the registry that it names, or not at
 * all. Null when the task needs none. Throws REGISTRY_CREDENTIALS_INVALID.
 */
export function createCredentialsOpener({ domain, node, privateKey }: CredentialsOpener) {
  return async ({ runId, taskId, spec, registryAuth }: AllocationRecord): Promise<RegistryCredentials | null> => {
    if (registryAuth === null) return null;
    const { domain: registry } = unwrap(parseImageReference(spec.image));
    const { username, password } = unwrap(
      await openRegistryCredentials(privateKey, registryAuth, { domain, runId, taskId, node, registry }),
    );
    return { username, password };
  };
}
