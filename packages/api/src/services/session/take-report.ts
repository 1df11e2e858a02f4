import { findAllocations } from '@muster/db/repositories/allocations';
import { transitionAllocations, type AllocationTransition } from '@muster/db/repositories/allocation-transitions';
import { acknowledgeOrders } from '@muster/db/repositories/orders';
import type { AllocationRow } from '@muster/db/rows';
import { applyReport, isTerminalAllocationPhase, type AllocationPhase } from '@muster/domain/allocation-lifecycle';
import { startProgress } from '@muster/domain/start-deadline';
import type { AllocationStatus, OrderResult, StatusReport } from '@muster/protocol/messages/frames';
import { ERROR_CODES, isErrorCode } from '@muster/protocol/errors/codes';
import type { Deps } from '../../app/deps.ts';
import { runTopic } from '../../live/topics.ts';
import { overdueError } from '../master/overdue-error.ts';
import { imageOf, keepPins } from './keep-pins.ts';
import { keepStatement } from './keep-statement.ts';
import type { SessionKeys } from './session-book.ts';

/** Writes what a node reports: how its orders went and how its containers are. Reports are levels: one that comes twice changes nothing. */
export async function takeReport(
  deps: Pick<Deps, 'db' | 'live' | 'logger' | 'domain' | 'clock' | 'settings'>,
  session: SessionKeys,
  report: StatusReport,
): Promise<void> {
  const { db, live, logger, settings } = deps;
  const { runId, node } = session;
  const results = report.orderIds.map((result) => ({ orderId: result.orderId, result }));
  const acknowledged = results.length === 0 ? [] : await acknowledgeOrders(db, session, results);
  const failedOrders = new Map(report.orderIds.filter(({ ok }) => !ok).map((result) => [result.orderId, result]));
  const failures = acknowledged.flatMap(({ orderId, allocationId, kind }) => {
    const failure = failedOrders.get(orderId);
    return failure && allocationId !== null ? [{ allocationId, kind, failure }] : [];
  });
  const ids = new Set([...report.allocations, ...failures].map(({ allocationId }) => allocationId));
  const known = await findAllocations(db, [...ids]);
  const own = new Map(known.filter((row) => row.runId === runId && row.node === node).map((row) => [row.allocationId, row]));

  const reported = new Map(report.allocations.map((status) => [status.allocationId, status]));
  const fromStatus = report.allocations.flatMap((status) => transitionOf(own.get(status.allocationId), status, settings));
  const fromFailure = failures
    .filter(({ allocationId }) => !reported.has(allocationId))
    .flatMap(({ allocationId, kind, failure }) => endOfFailed(own.get(allocationId), { kind, failure, settings }));
  const [moved] = await Promise.all([
    transitionAllocations(db, [...fromStatus, ...fromFailure]),
    keepPins({ db, logger }, report.allocations, own),
  ]);
  if (report.keyStatement) await keepStatement(deps, session, report.keyStatement);
  for (const { allocationId, phase, exitCode } of moved)
    logger.info({ event: 'allocation.reported', runId, node, allocationId, phase, exitCode }, 'a node reported on a container');
  if (acknowledged.length + moved.length === 0) return;
  const isProgress = moved.every(({ allocationId, phase }) => isOnTheWay(phase) && isOnTheWay(own.get(allocationId)?.phase));
  live.publish(isProgress ? [runTopic(runId, 'task')] : [runTopic(runId, 'task'), 'reconcile']);
}

/** How far a start is is for people to see: its task is Starting whichever of these it is in, and its order is given. */
const ON_THE_WAY: readonly (AllocationPhase | undefined)[] = ['Placed', 'Pulling', 'Starting'];
const isOnTheWay = (phase: AllocationPhase | undefined): boolean => ON_THE_WAY.includes(phase);

function transitionOf(current: AllocationRow | undefined, status: AllocationStatus, settings: Patience): AllocationTransition[] {
  if (current === undefined || isTerminalAllocationPhase(current.phase)) return [];
  const phase = meaning(status.phase, current.stopReason);
  const decision = applyReport({ epoch: current.epoch, phase: current.phase }, { epoch: status.epoch, phase });
  if (!decision.accept && decision.code !== 'UNCHANGED') return [];
  const error = phase === 'Failed' ? failureOf(current, status, settings) : status.error;
  const { containerId, imageId, exitCode, oomKilled, pull, ports, restarts, startedAt, endedAt } = status;
  return [
    {
      allocationId: current.allocationId,
      epoch: current.epoch,
      from: current.phase,
      to: phase,
      actor: current.node,
      reason: error?.message ?? status.reason ?? null,
      reported: true,
      patch: {
        containerId,
        imageId,
        imageDigest: imageOf(status),
        exitCode,
        oomKilled,
        error,
        pullProgress: pull,
        progress: startProgress(phase, pull ?? null),
        ports,
        // Retries under earlier epochs count as restarts too.
        restarts: current.epoch - 1 + restarts,
        startedAt: dateOf(startedAt),
        endedAt: isTerminalAllocationPhase(phase) ? dateOf(endedAt) : undefined,
      },
    },
  ];
}

const { title, hint } = ERROR_CODES.TASK_TIMED_OUT;
const TIMED_OUT = { code: 'TASK_TIMED_OUT', message: title, hint } as const;

type Patience = Pick<Deps['settings'], 'startWithinMs'>;

/** What the master stopped failed for the master's reason, unless its node had one of its own. */
function failureOf(current: AllocationRow, status: AllocationStatus, settings: Patience): AllocationStatus['error'] {
  if (current.stopReason === 'timeout') return TIMED_OUT;
  return current.stopReason === 'overdue' && status.phase !== 'Failed' ? overdueError(current, settings) : status.error;
}

/** A container that was told to stop exits as signals make it: what counts is why it was told. */
function meaning(phase: AllocationPhase, stopReason: string | null): AllocationPhase {
  if (stopReason === 'timeout' && (phase === 'Cancelled' || phase === 'Succeeded')) return 'Failed';
  if (stopReason === 'overdue' && phase === 'Cancelled') return 'Failed';
  if ((stopReason === 'buyer' || stopReason === 'evicted') && phase === 'Failed') return 'Cancelled';
  return phase;
}

/** A start that the node could not even begin, or an order about a container that it does not have. */
function endOfFailed(
  current: AllocationRow | undefined,
  { kind, failure: { error }, settings }: { kind: string; failure: OrderResult; settings: Patience },
): AllocationTransition[] {
  if (current === undefined || isTerminalAllocationPhase(current.phase)) return [];
  const base = { allocationId: current.allocationId, epoch: current.epoch, from: current.phase, actor: current.node, reported: true };
  if (kind === 'start') {
    const code = error?.code ?? 'CONTAINER_START_FAILED';
    const known = {
      code,
      message: error?.message ?? 'The node could not start it.',
      hint: isErrorCode(code) ? ERROR_CODES[code].hint : '',
    };
    return [{ ...base, to: 'Failed', reason: known.message, patch: { error: known } }];
  }
  if (error?.code !== 'ALLOCATION_UNKNOWN' || kind === 'sync') return [];
  if (current.stopReason === 'overdue') {
    const overdue = overdueError(current, settings);
    return [{ ...base, to: 'Failed', reason: overdue.message, patch: { error: overdue } }];
  }
  return [{ ...base, to: kind === 'stop' ? 'Cancelled' : 'Lost', reason: 'its node does not know it' }];
}

const dateOf = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));
