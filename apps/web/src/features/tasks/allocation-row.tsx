'use client';
import { addressOfPort } from '@muster/protocol/task-spec/ports';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ScanSearch } from 'lucide-react';
import Link from 'next/link';
import { Button } from '../../components/ui/button.tsx';
import { Hash } from '../../components/ui/copyable.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { StatusPill } from '../../components/ui/status-pill.tsx';
import { explainExit, ranFor } from '../../lib/allocation-outcome.ts';
import { asErrorCode } from '../../lib/errors/error-code.ts';
import { shortHash } from '../../lib/format.ts';
import { notifyDone, notifyError } from '../../lib/notify.ts';
import { readableReason } from '../../lib/reason.ts';
import { isEndedAllocation, phaseInfo } from '../../lib/phases.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import type { AllocationView, TaskView } from '../../lib/trpc/outputs.ts';
import { useNow } from '../../lib/use-now.ts';
import { AllocationStop } from './allocation-stop.tsx';
import { AllocationUsage } from './allocation-usage.tsx';
import { PullProgress } from './pull-progress.tsx';
import { Identicon } from '../wallet/identicon.tsx';

type AllocationRowProps = { allocation: AllocationView; spec: TaskView['spec']; runId: string };

export const AllocationRow = ({ allocation, spec, runId }: AllocationRowProps) => {
  const now = useNow();
  const exit = explainExit(allocation);
  const ran = ranFor(allocation, now);
  const phase = allocation.stopping && allocation.phase === 'Running' ? 'Stopping' : allocation.phase;
  const reason = allocation.phaseReason ? readableReason(allocation.phaseReason) : phaseInfo('allocation', phase).meaning;
  // An error says it below, with what to do.
  const isSaid = allocation.error !== null && allocation.error.message === allocation.phaseReason;
  return (
    <li data-testid="allocation-row" data-phase={allocation.phase} className="flex flex-col gap-3 px-5 py-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <span className="flex min-w-0 flex-1 basis-56 items-center gap-3">
          <Identicon address={allocation.node} className="size-7 rounded-md" />
          <span className="min-w-0">
            <span className="flex items-baseline gap-2 text-sm">
              <span className="font-medium">Copy {allocation.replica + 1}</span>
              <Link
                href={`/runs/${runId}/nodes/${allocation.node}`}
                className="font-mono text-xs text-muted underline decoration-line-strong underline-offset-4 hover:text-ink"
              >
                {shortHash(allocation.node)}
              </Link>
            </span>
            {isSaid ? null : <span className="block text-xs text-muted">{reason}</span>}
          </span>
        </span>
        <StatusPill kind="allocation" phase={phase} />
        {isEndedAllocation(allocation.phase) ? null : <Inspect allocation={allocation} />}
      </div>
      <AllocationStop allocation={allocation} />
      {allocation.pull ? <PullProgress pull={allocation.pull} /> : null}
      <AllocationUsage allocation={allocation} spec={spec} />
      <div className="flex flex-wrap items-center gap-x-5 gap-y-1 text-xs text-muted">
        {ran ? (
          <span className="figures" suppressHydrationWarning>
            ran {ran}
          </span>
        ) : null}
        {exit ? <span className="figures text-ink">{exit}</span> : null}
        {allocation.restarts > 0 ? <span className="figures">restarted {allocation.restarts}×</span> : null}
        {allocation.containerId ? (
          <span className="inline-flex items-center gap-1.5">
            container <Hash value={allocation.containerId} label="container id" className="text-xs" />
          </span>
        ) : null}
        {allocation.imageId ? (
          <span className="inline-flex items-center gap-1.5">
            image <Hash value={allocation.imageId.replace('sha256:', '')} label="image id" className="text-xs" />
          </span>
        ) : null}
        {allocation.ports.map((port) => (
          <span key={port.name} data-testid="published-port" className="inline-flex items-center gap-1.5">
            {port.name} ({port.port}/{port.protocol}) at
            <Hash value={addressOfPort(port)} label={`address of ${port.name}`} full className="text-xs text-ink" />
          </span>
        ))}
      </div>
      {allocation.error ? (
        <ErrorNote
          error={{
            code: asErrorCode(allocation.error.code),
            message: allocation.error.message,
            hint: allocation.error.hint ?? '',
            data: {},
          }}
        />
      ) : null}
    </li>
  );
};

/** Asks the node for its own word on the container, rather than the last report. */
const Inspect = ({ allocation }: { allocation: AllocationView }) => {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const inspect = useMutation(
    trpc.task.inspect.mutationOptions({
      onSuccess: ({ acknowledged }) => {
        notifyDone(
          acknowledged ? 'The node answered' : 'Asked; the node has not answered yet',
          'Phase and log are as fresh as its answer.',
        );
        void queryClient.invalidateQueries(trpc.task.get.pathFilter());
      },
      onError: notifyError,
    }),
  );
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={<ScanSearch aria-hidden />}
      busy={inspect.isPending}
      onClick={() => inspect.mutate({ allocationId: allocation.allocationId })}
      data-testid="inspect"
    >
      Inspect
    </Button>
  );
};
