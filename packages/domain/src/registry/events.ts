import { z } from 'zod';
import { addressSchema, hash32Schema, runIdSchema } from '@muster/protocol/primitives';
import { STANDINGS } from './standing.ts';

const uint = z.int().nonnegative();
const ofRun = { runId: runIdSchema };
const ofNode = { runId: runIdSchema, node: addressSchema };

/** Where an event stands on its chain. `blockTime` is unix ms. */
export const eventPositionSchema = z.strictObject({
  blockNumber: uint,
  blockHash: hash32Schema,
  blockTime: uint,
  logIndex: uint,
  txHash: hash32Schema,
});
export type EventPosition = z.infer<typeof eventPositionSchema>;

const event = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  z.strictObject({ name: z.literal(name), args: z.strictObject(shape), position: eventPositionSchema });

const runSpecSchema = z.strictObject({
  master: addressSchema,
  validators: addressSchema,
  gate: addressSchema,
  quorum: uint,
  termsHash: hash32Schema,
  discoveryUri: z.string(),
  requirements: z.string(),
});

/**
 * Every event of ComputeRegistry as plain JSON: run ids are decimal strings, addresses checksummed, standings words.
 * Each is enough by itself to rebuild what it changed; the time of a change is its block's.
 */
export const registryEventSchema = z.discriminatedUnion('name', [
  event('RunCreated', { ...ofRun, owner: addressSchema, spec: runSpecSchema }),
  // A zero pendingOwner withdraws the offer.
  event('RunOwnershipOffered', { ...ofRun, owner: addressSchema, pendingOwner: addressSchema }),
  event('RunOwnerChanged', { ...ofRun, previousOwner: addressSchema, owner: addressSchema }),
  event('MasterChanged', { ...ofRun, master: addressSchema, masterEpoch: uint }),
  event('DiscoveryUriChanged', { ...ofRun, discoveryUri: z.string() }),
  event('GateChanged', { ...ofRun, gate: addressSchema }),
  event('RunClosed', { ...ofRun, owner: addressSchema }),
  event('Registered', { ...ofNode, provider: addressSchema, seq: uint, round: uint, capabilitiesHash: hash32Schema }),
  event('VerdictSubmitted', {
    ...ofNode,
    validator: addressSchema,
    seq: uint,
    round: uint,
    approve: z.boolean(),
    evidenceHash: hash32Schema,
    // Of the round, this verdict included.
    approvals: uint,
    rejections: uint,
  }),
  // Approved, Rejected or Invalidated.
  event('RoundSettled', { ...ofNode, seq: uint, round: uint, standing: z.enum(STANDINGS) }),
  // Left or Ejected.
  event('Ended', { ...ofNode, actor: addressSchema, seq: uint, standing: z.enum(STANDINGS), banned: z.boolean(), reason: z.string() }),
  event('Unbanned', { ...ofNode }),
]);

export type RegistryEvent = z.infer<typeof registryEventSchema>;
export type RegistryEventName = RegistryEvent['name'];
export type EventOf<Name extends RegistryEventName> = Extract<RegistryEvent, { name: Name }>;

/** Chain order: by block, then by log. */
export const byPosition = (a: { position: EventPosition }, b: { position: EventPosition }): number =>
  a.position.blockNumber - b.position.blockNumber || a.position.logIndex - b.position.logIndex;
