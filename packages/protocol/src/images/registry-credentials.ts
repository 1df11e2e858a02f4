import type { Address, Hex } from 'viem';
import { z } from 'zod';

import { utf8 } from '../bytes.ts';
import { openSealed, sealTo } from '../crypto/sealed-box.ts';
import { AppError } from '../errors/app-error.ts';
import { err, ok, type Result } from '../errors/result.ts';
import type { MusterDomain } from '../messages/domain.ts';

/** For one registry, by its domain as image references have it; so a node uses them nowhere else, whatever an order says. */
export const registryCredentialsSchema = z.strictObject({
  registry: z.string().min(1).max(255),
  username: z.string().max(256),
  /** Or a token in its place. */
  password: z.string().min(1).max(4096),
});
export type RegistryCredentials = z.output<typeof registryCredentialsSchema>;

/** Sealed: the encapsulated key, and the ciphertext of the longest credentials. */
export const sealedCredentialsSchema = z
  .string()
  .max(12_000)
  .regex(/^0x(?:[0-9a-f]{2}){49,}$/, 'expected sealed credentials as 0x and hex')
  .transform((value): Hex => `0x${value.slice(2)}`);

/** How many a server takes in one call: one for each node. */
export const MAX_SEALED_AT_ONCE = 200;

/** In calls of as many as a server takes. */
export function inSealCalls<T>(sealed: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(sealed.length / MAX_SEALED_AT_ONCE) }, (_none, index) =>
    sealed.slice(index * MAX_SEALED_AT_ONCE, (index + 1) * MAX_SEALED_AT_ONCE),
  );
}

const PURPOSE = 'registry-credentials';

/** Whom and what sealed credentials are for: they open on no other node, and for no other task. */
export interface CredentialsTarget {
  domain: MusterDomain;
  runId: string;
  taskId: string;
  node: Address;
}

/** In the buyer's own process; nobody but the node can open it. */
export function sealRegistryCredentials(encryptionKey: Hex, credentials: RegistryCredentials, target: CredentialsTarget): Promise<Hex> {
  return sealTo(encryptionKey, utf8(JSON.stringify(registryCredentialsSchema.parse(credentials))), contextOf(target));
}

/** On the node. `registry`: the domain of the image that the task wants. */
export async function openRegistryCredentials(
  privateKey: Uint8Array,
  sealed: Hex,
  { registry, ...target }: CredentialsTarget & { registry: string },
): Promise<Result<RegistryCredentials, AppError<'REGISTRY_CREDENTIALS_INVALID'>>> {
  const opened = await openSealed(privateKey, sealed, contextOf(target));
  if (!opened.ok) return err(new AppError('REGISTRY_CREDENTIALS_INVALID', { cause: opened.error }));
  const parsed = parse(opened.value);
  // No cause: its message might quote what was sealed.
  if (parsed === null) return err(new AppError('REGISTRY_CREDENTIALS_INVALID'));
  if (parsed.registry === registry) return ok(parsed);
  return err(
    new AppError('REGISTRY_CREDENTIALS_INVALID', {
      publicMessage: `The sealed credentials are for ${parsed.registry}, and the image is at ${registry}`,
    }),
  );
}

function parse(bytes: Uint8Array): RegistryCredentials | null {
  try {
    const parsed = registryCredentialsSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const contextOf = ({ domain: { chainId, verifyingContract }, runId, taskId, node }: CredentialsTarget) => ({
  purpose: PURPOSE,
  about: `${chainId}/${verifyingContract}/${runId}/${taskId}/${node}`.toLowerCase(),
});
