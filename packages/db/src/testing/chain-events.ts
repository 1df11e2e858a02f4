import { registryEventSchema, type RegistryEvent } from '@muster/domain/registry/events';
import type { AppendInput, BlockRef, Deployment } from '@muster/domain/registry/follower-store';

/** Registry events and blocks as a chain would give them, for the tests of this package. */
export const deployment: Deployment = { chainId: 31337, registry: addressOf(14), block: 1, hash: hashOf('root') };

/** Decimal digits only, so that it is its own checksummed form. */
export function addressOf(n: number): `0x${string}` {
  return `0x${String(n).padStart(40, '0')}`;
}

export function hashOf(text: string): `0x${string}` {
  return `0x${Buffer.from(text).toString('hex').padStart(64, '0')}`;
}

/** Block `number` of a branch: its hash depends on both. */
export function block(number: number, branch = 'a'): BlockRef {
  return { number, hash: hashOf(`${branch}${number}`), timestamp: 1_700_000_000_000 + number * 1_000 };
}

type Draft = { [E in RegistryEvent as E['name']]: { name: E['name']; args: E['args'] } }[RegistryEvent['name']];

export function eventsIn(of: BlockRef, ...drafts: Draft[]): RegistryEvent[] {
  return drafts.map(({ name, args }, logIndex) =>
    registryEventSchema.parse({
      name,
      args,
      position: {
        blockNumber: of.number,
        blockHash: of.hash,
        blockTime: of.timestamp,
        logIndex,
        txHash: hashOf(`tx${of.number}${logIndex}`),
      },
    }),
  );
}

/** An append that ends in the last block. */
export function appendOf(blocks: readonly BlockRef[], events: readonly RegistryEvent[]): AppendInput {
  const head = blocks.at(-1);
  if (!head) throw new Error('an append needs a block');
  return { blocks, events, head, finalized: 0, deployment };
}

export const runCreated = (runId: string, over: { owner?: `0x${string}`; master?: `0x${string}` } = {}): Draft => ({
  name: 'RunCreated',
  args: {
    runId,
    owner: over.owner ?? addressOf(1),
    spec: {
      master: over.master ?? addressOf(2),
      validators: addressOf(3),
      gate: addressOf(0),
      quorum: 1,
      termsHash: hashOf('terms'),
      discoveryUri: 'http://127.0.0.1:3000/discovery',
      requirements: '',
    },
  },
});

export const registered = (runId: string, node: `0x${string}`, seq = 1): Draft => ({
  name: 'Registered',
  args: { runId, node, provider: addressOf(4), seq, round: 1, capabilitiesHash: hashOf('caps') },
});

export const approved = (runId: string, node: `0x${string}`): Draft[] => [
  {
    name: 'VerdictSubmitted',
    args: {
      runId,
      node,
      seq: 1,
      round: 1,
      validator: addressOf(5),
      approve: true,
      evidenceHash: hashOf('evidence'),
      approvals: 1,
      rejections: 0,
    },
  },
  { name: 'RoundSettled', args: { runId, node, seq: 1, round: 1, standing: 'Approved' } },
];
