import { AppError } from '@muster/protocol/errors/app-error';
import type { RegistryEvent } from '@muster/domain/registry/events';
import type { BlockRef, Cursor, Deployment, FollowerStore } from '@muster/domain/registry/follower-store';
import type { Address } from 'viem';
import type { ChainClient } from '../clients.ts';
import type { Network } from '../networks.ts';
import { readBlock, StaleAnswerError, type Header } from './block-reader.ts';
import { decodeEvents } from './decode-events.ts';
import { findAncestor } from './find-ancestor.ts';
import { readLogsFar } from './read-far.ts';
import { readLogsNear } from './read-near.ts';

export interface TurnContext {
  client: ChainClient;
  network: Pick<Network, 'chainId' | 'isDev' | 'finality' | 'name'>;
  registry: Address;
  deploymentBlock: number;
  store: FollowerStore;
  /** Most blocks to read at once. */
  chunkBlocks: number;
}

export type Progress =
  /** Blocks up to `cursor.head` were read; `events` may be empty. */
  | { kind: 'appended'; cursor: Cursor; events: readonly RegistryEvent[]; chainHead: number }
  /** A reorg: everything above `ancestor` was forgotten. The blocks that replaced it follow in later turns. */
  | { kind: 'rolled-back'; ancestor: BlockRef; removed: number; chainHead: number }
  /** Nothing new; the store is untouched. */
  | { kind: 'idle'; cursor: Cursor; chainHead: number };

/** One look at the chain and at most one change of the store. Throws without having changed it. */
export async function followOnce(context: TurnContext): Promise<Progress> {
  const { client, store, chunkBlocks } = context;
  const cursor = await store.readCursor();
  const [deployed, head] = await Promise.all([readBlock(client, context.deploymentBlock), readBlock(client, 'latest')]);
  if (!head) throw new StaleAnswerError('the RPC has no newest block');
  const deployment = deploymentOf(context, deployed, cursor);
  const base = cursor?.head ?? null;
  const chainHead = head.number;

  if (base && !(await standsOn(context, base, head)))
    return rollBack(context, { deployment, chainHead, finalized: cursor?.finalized ?? 0 });
  if (base && head.number < base.number)
    throw new StaleAnswerError(`the RPC is at block ${head.number}, behind block ${base.number} that it showed before`);

  const from = base ? base.number + 1 : deployment.block;
  const finalized = await finalizedOf(context, cursor, head);
  if (cursor && from > head.number) {
    if (finalized === cursor.finalized) return { kind: 'idle', cursor, chainHead };
    return append({ context, deployment, finalized, chainHead, to: cursor.head, blocks: [], events: [] });
  }

  const last = lastToRead(from, head.number, chunkBlocks);
  const to = last === head.number ? head : await readBlock(client, last);
  if (!to) throw new StaleAnswerError(`the RPC does not know block ${last}`);
  const read = to.number - from < NEAR_BLOCKS ? readLogsNear : readLogsFar;
  const { logs, blocks } = await read(client, { registry: context.registry, base, from, to });
  const events = decodeEvents(logs, blocks);
  // The deployment block is kept too: it is the root that every search for an ancestor ends at.
  const root = base || !deployed ? [] : [deployed];
  return append({ context, deployment, finalized, chainHead, to, blocks: [...root, ...blocks], events });
}

/** So many blocks, and always those nearest to the head, are read one by one: a machine behind a load balancer is seconds late. */
const NEAR_BLOCKS = 32;

/** A long way is gone in chunks up to where the near blocks begin; those are read in one step of their own. */
function lastToRead(from: number, head: number, chunkBlocks: number): number {
  const firstNear = Math.max(0, head - NEAR_BLOCKS + 1);
  return Math.min(from >= firstNear ? head : firstNear - 1, from + chunkBlocks - 1);
}

interface AppendStep {
  context: TurnContext;
  deployment: Deployment;
  finalized: number;
  chainHead: number;
  to: BlockRef;
  blocks: readonly BlockRef[];
  events: readonly RegistryEvent[];
}

async function append({ context, deployment, finalized, chainHead, to, blocks, events }: AppendStep): Promise<Progress> {
  const head: BlockRef = { number: to.number, hash: to.hash, timestamp: to.timestamp };
  const unique = new Map([...blocks, head].map(({ number, hash, timestamp }) => [number, { number, hash, timestamp }]));
  const ordered = [...unique.values()].toSorted((a, b) => a.number - b.number);
  await context.store.append({ blocks: ordered, events, head, finalized, deployment });
  return { kind: 'appended', cursor: { deployment, head, finalized }, events, chainHead };
}

/** Another hash at the deployment block is another chain, whose history must not be mixed with what we hold. */
function deploymentOf({ network, registry, deploymentBlock }: TurnContext, deployed: Header | null, cursor: Cursor | null): Deployment {
  if (!deployed) throw new StaleAnswerError(`the RPC does not know block ${deploymentBlock}, where the registry was deployed`);
  const known = cursor?.deployment;
  const same =
    known === undefined ||
    (known.hash === deployed.hash && known.block === deploymentBlock && known.chainId === network.chainId && known.registry === registry);
  if (same) return { chainId: network.chainId, registry, block: deploymentBlock, hash: deployed.hash };
  throw new AppError('WRONG_CHAIN', {
    publicMessage: `The RPC is on another ${network.name} chain than the one that was followed so far: block ${deploymentBlock} is ${deployed.hash}, and was ${known.hash}.`,
    hint: network.isDev
      ? 'The dev chain was started anew: run `npm run reset` to forget the old one.'
      : 'Check MUSTER_RPC_URL, MUSTER_CHAIN_ID and MUSTER_REGISTRY; to follow another registry, use another database or data directory.',
    data: { expected: known, found: { chainId: network.chainId, registry, block: deploymentBlock, hash: deployed.hash } },
  });
}

/** Whether the block that we stand on is still on the chain. */
async function standsOn({ client, network }: TurnContext, base: BlockRef, head: Header): Promise<boolean> {
  if (head.number === base.number) return head.hash === base.hash;
  if (head.number === base.number + 1) return head.parentHash === base.hash;
  const held = await readBlock(client, base.number);
  if (held) return held.hash === base.hash;
  // One Anvil is the chain: a lower head means that blocks were taken back. Elsewhere it means that the RPC is behind.
  if (head.number < base.number) return !network.isDev;
  throw new StaleAnswerError(`the RPC does not know block ${base.number}, though it is at block ${head.number}`);
}

async function rollBack(
  context: TurnContext,
  { deployment, chainHead, finalized }: { deployment: Deployment; chainHead: number; finalized: number },
): Promise<Progress> {
  const { isDev } = context.network;
  const authoritativeHead = isDev ? chainHead : null;
  const ancestor = await findAncestor({ client: context.client, store: context.store, deployment, authoritativeHead });
  // Such an answer says more about the RPC than about the chain.
  if (!isDev && ancestor.number < finalized) throw new StaleAnswerError(`the RPC denies block ${finalized}, which was final`);
  const { removed } = await context.store.rollbackTo(ancestor);
  return { kind: 'rolled-back', ancestor, removed, chainHead };
}

/** Never moves back, and stays where it is when the RPC cannot say. */
async function finalizedOf({ client, network }: TurnContext, cursor: Cursor | null, head: Header): Promise<number> {
  const before = cursor?.finalized ?? 0;
  if (network.finality === 'latest') return head.number;
  const safe = await readBlock(client, network.finality).catch(() => null);
  return safe ? Math.max(before, Math.min(safe.number, head.number)) : before;
}
