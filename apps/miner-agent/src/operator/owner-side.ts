import type { AgentContext } from '../context.ts';
import type { LogCollector } from '../logs/log-collector.ts';
import type { Fence } from '../loops/fence.ts';
import type { SessionLoop } from '../loops/session.ts';
import type { OrphanWatch } from '../reconcile/orphans.ts';
import type { StatusBoard } from '../reconcile/status-board.ts';
import type { AgentReport } from './agent-report.ts';
import type { OwnerDrain } from './drain.ts';
import { reportSelf } from './report-self.ts';

/** What the owner of the machine has to do with the node's work. */
export interface OwnerSide {
  /** Takes the machine back for a while, or (null) gives it again. */
  ownerDrains(drain: OwnerDrain | null): Promise<void>;
  report(self: { version: string; pid: number; startedAt: number }): AgentReport;
}

export interface OwnerSideOptions extends Pick<AgentContext, 'stores' | 'images' | 'logger'> {
  session: Pick<SessionLoop, 'beatNow' | 'view'>;
  board: Pick<StatusBoard, 'current'>;
  logs: Pick<LogCollector, 'backlog'>;
  orphans: Pick<OrphanWatch, 'current'>;
  fence: Pick<Fence, 'cut'>;
}

export function createOwnerSide({ stores, images, logger, session, board, logs, orphans, fence }: OwnerSideOptions): OwnerSide {
  const { state, allocations } = stores;
  return {
    async ownerDrains(drain) {
      await state.update((current) => ({ ...current, ownerDrain: drain }));
      if (drain) logger.info({ event: 'drain.started', ...drain }, `the owner drains the node: ${drain.reason}`);
      else logger.info({ event: 'drain.ended' }, 'the owner lets the node take work again');
      session.beatNow();
    },
    report: (self) =>
      reportSelf({
        ...self,
        state: state.get(),
        records: allocations.list(),
        statuses: board.current(),
        session: session.view(),
        fenced: fence.cut() !== null,
        spool: logs.backlog(),
        images: images.summary(),
        orphans: orphans.current(),
      }),
  };
}
