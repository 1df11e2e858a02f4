import { countRuns, findRun, listRunsOfOwner, type RunCounts } from '@muster/db/repositories/runs';
import { listTimeline } from '@muster/db/repositories/timeline';
import type { RunRow } from '@muster/db/rows';
import { AppError } from '@muster/protocol/errors/app-error';
import type { Deps } from '../../app/deps.ts';
import type { RunService } from '../../services.ts';
import type { RunView } from '../../shapes/run.ts';
import { iso, isoOrNull } from '../iso-time.ts';
import { watchRun } from './watch-run.ts';

const NO_COUNTS = { nodes: 0, healthyNodes: 0, tasks: 0, runningTasks: 0 };

export function createRunService(deps: Pick<Deps, 'db' | 'live' | 'signer'>): RunService {
  const { db, signer } = deps;
  const view = async (rows: readonly RunRow[]): Promise<RunView[]> => {
    const counts = new Map(
      (
        await countRuns(
          db,
          rows.map(({ runId }) => runId),
        )
      ).map((row) => [row.runId, row]),
    );
    return rows.map((row) => viewOf(row, counts.get(row.runId), signer.address));
  };
  return {
    async list({ owner, ...query }) {
      const page = await listRunsOfOwner(db, { ...query, owner });
      return { items: await view(page.items), nextCursor: page.nextCursor };
    },
    async get(runId) {
      const row = await findRun(db, runId);
      const [run] = row === null ? [] : await view([row]);
      if (run === undefined) throw new AppError('RUN_UNKNOWN');
      return run;
    },
    async timeline(query) {
      const page = await listTimeline(db, query);
      return {
        items: page.items.map(({ runId: _runId, ...event }) => ({ ...event, at: iso(event.at) })),
        nextCursor: page.nextCursor,
      };
    },
    watch: (input) => watchRun(deps, input),
  };
}

function viewOf(row: RunRow, counts: RunCounts | undefined, master: string): RunView {
  const { nodes, healthyNodes, tasks, runningTasks } = counts ?? NO_COUNTS;
  return {
    ...row,
    servedHere: row.master === master,
    status: row.closedAt === null ? 'open' : 'closed',
    createdAt: iso(row.createdAt),
    closedAt: isoOrNull(row.closedAt),
    counts: { nodes, healthyNodes, tasks, runningTasks },
  };
}
