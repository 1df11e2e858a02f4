import { isTerminalNodePhase, NODE_TRANSITIONS, type NodePhase } from '@muster/domain/node-lifecycle';
import type { Database } from '../client.ts';
import type { NodeStateRow, RegistrationRow } from '../rows.ts';
import { cursorParts, pageLimit, toPage, type Page, type PageQuery } from '../sql/page.ts';
import { rows } from '../sql/query.ts';
import { listLiveSessions, type LiveSession } from './sessions.ts';

/** A node in a run: what the chain says of it, what the master knows of it, and its session. */
export interface NodeOverview {
  registration: RegistrationRow;
  state: NodeStateRow | null;
  session: LiveSession | null;
}

const ALL_PHASES = Object.keys(NODE_TRANSITIONS) as NodePhase[];
const LIVING_PHASES = ALL_PHASES.filter((phase) => !isTerminalNodePhase(phase));

export async function findNode(db: Database, key: { runId: string; node: string }): Promise<NodeOverview | null> {
  const registrations = await rows<RegistrationRow>(db.pool, 'SELECT * FROM "Registration" WHERE "runId" = $1 AND node = $2', [
    key.runId,
    key.node,
  ]);
  return (await complete(db, registrations))[0] ?? null;
}

/** Which of these nodes have ever registered in the run. */
export async function listRegistered(db: Database, { runId, nodes }: { runId: string; nodes: readonly string[] }): Promise<string[]> {
  const found = await rows<{ node: string }>(db.pool, 'SELECT node FROM "Registration" WHERE "runId" = $1 AND node = ANY($2)', [
    runId,
    nodes,
  ]);
  return found.map(({ node }) => node);
}

/** Every node that ever registered in a run, newest registration first. */
export async function listNodes(db: Database, query: PageQuery & { runId: string }): Promise<Page<NodeOverview>> {
  const [block, node] = cursorParts(query, /^(\d{1,9}):(0x[0-9a-fA-F]{40})$/) ?? [];
  const registrations = await rows<RegistrationRow>(
    db.pool,
    `SELECT * FROM "Registration"
     WHERE "runId" = $1 AND ($2::int IS NULL OR ("registeredBlock", node) < ($2, $3))
     ORDER BY "registeredBlock" DESC, node DESC LIMIT $4`,
    [query.runId, block ?? null, node ?? null, pageLimit(query) + 1],
  );
  const page = toPage(registrations, query, (row) => `${row.registeredBlock}:${row.node}`);
  return { items: await complete(db, page.items), nextCursor: page.nextCursor };
}

/** The nodes that a master must look after: live on chain, not yet in a final phase here, or with a session or a container still to end. */
export async function listNodesOfRuns(db: Database, runIds: readonly string[]): Promise<NodeOverview[]> {
  const registrations = await rows<RegistrationRow>(
    db.pool,
    `SELECT r.* FROM "Registration" r LEFT JOIN "NodeState" n ON n."runId" = r."runId" AND n.node = r.node
     WHERE r."runId" = ANY($1) AND (r.standing IN ('Pending', 'Approved') OR n.phase = ANY($2)
       OR EXISTS (SELECT 1 FROM "Session" s WHERE s."runId" = r."runId" AND s.node = r.node AND s."supersededAt" IS NULL)
       OR EXISTS (SELECT 1 FROM "Allocation" a WHERE a."runId" = r."runId" AND a.node = r.node AND a."endedAt" IS NULL))
     ORDER BY r."runId", r.node`,
    [runIds, LIVING_PHASES],
  );
  return complete(db, registrations);
}

async function complete(db: Database, registrations: readonly RegistrationRow[]): Promise<NodeOverview[]> {
  if (registrations.length === 0) return [];
  const keys = { runIds: registrations.map((row) => row.runId), nodes: registrations.map((row) => row.node) };
  const [states, sessions] = await Promise.all([
    rows<NodeStateRow>(
      db.pool,
      `SELECT n.* FROM unnest($1::text[], $2::text[]) AS k("runId", node) JOIN "NodeState" n ON n."runId" = k."runId" AND n.node = k.node`,
      [keys.runIds, keys.nodes],
    ),
    listLiveSessions(db, registrations),
  ]);
  const stateOf = new Map(states.map((row) => [keyOf(row), row]));
  const sessionOf = new Map(sessions.map((row) => [keyOf(row), row]));
  return registrations.map((registration) => ({
    registration,
    state: stateOf.get(keyOf(registration)) ?? null,
    session: sessionOf.get(keyOf(registration)) ?? null,
  }));
}

const keyOf = ({ runId, node }: { runId: string; node: string }): string => `${runId}/${node}`;
