import { byPosition } from '@muster/domain/registry/events';
import { applyRegistryEvents } from '@muster/domain/registry/fold';
import type { AppendInput, BlockRef, Cursor, FollowerStore } from '@muster/domain/registry/follower-store';
import { EMPTY_REGISTRY } from '@muster/domain/registry/state';
import type pg from 'pg';
import type { Database } from '../client.ts';
import { firstRow, inTransaction, rows } from '../sql/query.ts';
import { deleteEventsAbove, insertEvents, readEvents } from './event-rows.ts';
import { deleteMirror, loadMirror, saveMirror } from './mirror-rows.ts';

/** One NOTIFY per change of the mirror; the payload is a JSON array of the run ids, or '' when there are too many. */
export const CHAIN_CHANNEL = 'muster_chain';

const KEPT_BLOCKS = 5_000;
const MAX_PAYLOAD_BYTES = 7_500;

/**
 * The master's memory of the registry. Events are the truth; the rows of runs, registrations and verdicts are their fold, changed
 * in the same transaction. Throws when an append does not continue what is stored: then another process has been here.
 */
export function createFollowerStore(db: Database): FollowerStore {
  return {
    readCursor: () => readCursor(db.pool),
    recentBlocks: (limit) =>
      rows<BlockRef>(
        db.pool,
        `SELECT number, hash, (extract(epoch FROM timestamp) * 1000)::float8 AS timestamp FROM "ChainBlock" ORDER BY number DESC LIMIT $1`,
        [limit],
      ),
    append: (input) =>
      inTransaction(db.pool, async (tx) => {
        await takeTurn(tx);
        requireContinuation(input, await readCursor(tx));
        await saveBlocks(tx, input.blocks);
        const fresh = await insertEvents(tx, input.events);
        await saveCursor(tx, input);
        if (fresh.length === 0) return;
        const runIds = [...new Set(fresh.map(({ args }) => args.runId))];
        const before = await loadMirror(tx, runIds);
        await saveMirror(tx, before, applyRegistryEvents(before, fresh.toSorted(byPosition)));
        await notify(tx, runIds);
      }),
    rollbackTo: (ancestor) =>
      inTransaction(db.pool, async (tx) => {
        await takeTurn(tx);
        const runIds = await deleteEventsAbove(tx, ancestor.number);
        const { rowCount } = await tx.query('DELETE FROM "ChainBlock" WHERE number > $1', [ancestor.number]);
        await tx.query(
          `UPDATE "ChainCursor" SET "headNumber" = $1, "headHash" = $2, "headTimestamp" = to_timestamp($3::float8 / 1000),
             "finalizedNumber" = LEAST("finalizedNumber", $1), "updatedAt" = now()`,
          [ancestor.number, ancestor.hash, ancestor.timestamp],
        );
        if (runIds.length > 0) {
          await deleteMirror(tx, runIds);
          await saveMirror(tx, EMPTY_REGISTRY, applyRegistryEvents(EMPTY_REGISTRY, await readEvents(tx, runIds)));
          await notify(tx, runIds);
        }
        return { removed: rowCount ?? 0 };
      }),
  };
}

/** Writers one after the other; readers do not wait. */
async function takeTurn(tx: pg.PoolClient): Promise<void> {
  await tx.query('LOCK TABLE "ChainCursor" IN SHARE ROW EXCLUSIVE MODE');
}

interface CursorRow {
  chainId: number;
  registry: string;
  deploymentBlock: number;
  deploymentHash: string;
  headNumber: number;
  headHash: string;
  headTimestamp: Date;
  finalizedNumber: number;
}

async function readCursor(on: Pick<pg.Pool, 'query'>): Promise<Cursor | null> {
  const row = await firstRow<CursorRow>(on, 'SELECT * FROM "ChainCursor" ORDER BY "updatedAt" DESC LIMIT 1');
  return (
    row && {
      deployment: { chainId: row.chainId, registry: row.registry, block: row.deploymentBlock, hash: row.deploymentHash },
      head: { number: row.headNumber, hash: row.headHash, timestamp: row.headTimestamp.getTime() },
      finalized: row.finalizedNumber,
    }
  );
}

function requireContinuation({ deployment, head }: AppendInput, cursor: Cursor | null): void {
  if (!cursor) return;
  const known = cursor.deployment;
  const same =
    known.chainId === deployment.chainId &&
    known.registry === deployment.registry &&
    known.block === deployment.block &&
    known.hash === deployment.hash;
  if (!same)
    throw new Error(`this database mirrors the registry ${known.registry} of chain ${known.chainId}, deployed in block ${known.hash}`);
  if (head.number < cursor.head.number)
    throw new Error(`an append up to block ${head.number} came after one up to block ${cursor.head.number}`);
}

async function saveBlocks(tx: pg.PoolClient, blocks: readonly BlockRef[]): Promise<void> {
  if (blocks.length === 0) return;
  const other = await firstRow<{ number: number }>(
    tx,
    `WITH block AS (SELECT * FROM unnest($1::int[], $2::text[], $3::float8[]) AS b(number, hash, at)),
     saved AS (
       INSERT INTO "ChainBlock" (number, hash, timestamp) SELECT number, hash, to_timestamp(at / 1000) FROM block ON CONFLICT (number) DO NOTHING)
     SELECT held.number FROM block JOIN "ChainBlock" held USING (number) WHERE held.hash <> block.hash LIMIT 1`,
    [blocks.map(({ number }) => number), blocks.map(({ hash }) => hash), blocks.map(({ timestamp }) => timestamp)],
  );
  if (other) throw new Error(`block ${other.number} is known under another hash: roll back first`);
  // No reorg goes that deep; the oldest is the deployment's, at which every search for an ancestor ends.
  await tx.query(
    `DELETE FROM "ChainBlock" WHERE number < (SELECT number FROM "ChainBlock" ORDER BY number DESC OFFSET ${KEPT_BLOCKS} LIMIT 1)
       AND number > (SELECT min(number) FROM "ChainBlock")`,
  );
}

async function saveCursor(tx: pg.PoolClient, { deployment, head, finalized }: AppendInput): Promise<void> {
  await tx.query(
    `INSERT INTO "ChainCursor" ("chainId", registry, "deploymentBlock", "deploymentHash", "headNumber", "headHash", "headTimestamp", "finalizedNumber")
     VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), $8)
     ON CONFLICT ("chainId", registry) DO UPDATE SET "headNumber" = EXCLUDED."headNumber", "headHash" = EXCLUDED."headHash",
       "headTimestamp" = EXCLUDED."headTimestamp", "finalizedNumber" = EXCLUDED."finalizedNumber", "updatedAt" = now()`,
    [deployment.chainId, deployment.registry, deployment.block, deployment.hash, head.number, head.hash, head.timestamp, finalized],
  );
}

async function notify(tx: pg.PoolClient, runIds: readonly string[]): Promise<void> {
  const payload = JSON.stringify(runIds);
  await tx.query('SELECT pg_notify($1, $2)', [CHAIN_CHANNEL, payload.length <= MAX_PAYLOAD_BYTES ? payload : '']);
}
