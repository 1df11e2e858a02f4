import { agentRouter } from '../agent-trpc.ts';
import { acknowledgeSync } from './session/acknowledge-sync.ts';
import { listWantedOrders } from './session/list-wanted-orders.ts';
import { openSession } from './session/open-session.ts';
import { recordHeartbeat } from './session/record-heartbeat.ts';
import { streamOrders } from './session/stream-orders.ts';
import { takeLogs } from './session/take-logs.ts';
import { takeReport } from './session/take-report.ts';

/** Nodes that hold an invite, at the invite's master URL (/master). */
export const masterRouter = agentRouter({
  openSession,
  wantedOrders: listWantedOrders,
  heartbeat: recordHeartbeat,
  report: takeReport,
  logs: takeLogs,
  acknowledgeSync,
  orders: streamOrders,
});
export type MasterRouter = typeof masterRouter;
