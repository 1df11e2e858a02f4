import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { StatusPill } from '../../components/ui/status-pill.tsx';
import type { RunView } from '../../lib/trpc/outputs.ts';

const Figure = ({ value, of, label }: { value: number; of: number; label: string }) => (
  <span className="flex w-24 flex-col">
    <span className="figures text-sm">
      <span className="font-medium">{value}</span>
      <span className="text-faint"> / {of}</span>
    </span>
    <span className="text-xs text-faint">{label}</span>
  </span>
);

export const RunRow = ({ run }: { run: RunView }) => (
  <li data-testid="run-row" data-run={run.runId}>
    <Link
      href={`/runs/${run.runId}`}
      className="group flex flex-wrap items-center gap-x-6 gap-y-3 px-5 py-4 -outline-offset-2 transition-colors hover:bg-sunken/60"
    >
      <span className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
        <span className="flex items-center gap-2.5">
          <span className="text-base font-medium">Run {run.runId}</span>
          <StatusPill kind="run" phase={run.status} />
        </span>
        <span className="truncate font-mono text-xs text-muted">{run.requirements || 'any machine'}</span>
      </span>
      <Figure value={run.counts.healthyNodes} of={run.counts.nodes} label="nodes healthy" />
      <Figure value={run.counts.runningTasks} of={run.counts.tasks} label="tasks running" />
      <span className="flex items-center gap-3 text-xs text-faint sm:w-28 sm:justify-end">
        <RelativeTime at={run.createdAt} />
        <ChevronRight aria-hidden className="size-4 transition-transform group-hover:translate-x-0.5" />
      </span>
    </Link>
  </li>
);
