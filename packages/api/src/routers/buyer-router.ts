import { buyerRouter as router } from '../buyer-trpc.ts';
import { issueNonce } from './auth/issue-nonce.ts';
import { readSession } from './auth/read-session.ts';
import { signIn } from './auth/sign-in.ts';
import { signOut } from './auth/sign-out.ts';
import { followLog } from './log/follow-log.ts';
import { readLog } from './log/read-log.ts';
import { readMasterInfo } from './master/read-info.ts';
import { drainNode } from './node/drain-node.ts';
import { getNode } from './node/get-node.ts';
import { listNodes } from './node/list-nodes.ts';
import { getRun } from './run/get-run.ts';
import { listRuns } from './run/list-runs.ts';
import { readTimeline } from './run/read-timeline.ts';
import { watchRun } from './run/watch-run.ts';
import { listSnapshots } from './snapshot/list-snapshots.ts';
import { createTask } from './task/create-task.ts';
import { getTask } from './task/get-task.ts';
import { inspectAllocation } from './task/inspect-allocation.ts';
import { listTasks } from './task/list-tasks.ts';
import { restartTask } from './task/restart-task.ts';
import { sealCredentials } from './task/seal-credentials.ts';
import { stopTask } from './task/stop-task.ts';
import { syncVolume } from './task/sync-volume.ts';

/** Browser and command line, at /api/trpc. */
export const buyerRouter = router({
  auth: { nonce: issueNonce, signIn, session: readSession, signOut },
  master: { info: readMasterInfo },
  run: { list: listRuns, get: getRun, watch: watchRun, timeline: readTimeline },
  node: { list: listNodes, get: getNode, drain: drainNode },
  task: {
    create: createTask,
    list: listTasks,
    get: getTask,
    stop: stopTask,
    restart: restartTask,
    inspect: inspectAllocation,
    sync: syncVolume,
    seal: sealCredentials,
  },
  log: { read: readLog, follow: followLog },
  snapshot: { list: listSnapshots },
});
export type BuyerRouter = typeof buyerRouter;
