'use client';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Card } from '../../components/ui/card.tsx';
import { ErrorState } from '../../components/ui/error-state.tsx';
import { PageHeader } from '../../components/ui/page-header.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { hasCode } from '../../lib/errors/user-error.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { runDetail } from '../../lib/trpc/queries.ts';
import type { RunView } from '../../lib/trpc/outputs.ts';
import { useLiveRun } from '../../lib/use-live-run.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { useConnectDialog } from '../wallet/connect-dialog.tsx';

/** Reads a run and keeps it live for everything inside; asks to sign in, or says what is in the way. */
export const RunGate = ({ runId, children }: { runId: string; children: (run: RunView) => ReactNode }) => {
  const { signedInAs, sessionPending } = useWallet();
  const { open } = useConnectDialog();
  const run = useQuery({ ...runDetail(useTRPC(), runId), enabled: signedInAs !== null });
  useLiveRun(run.data ? runId : null);

  if (run.data && signedInAs !== null) return children(run.data);
  if (!sessionPending && signedInAs === null) {
    return (
      <RunFrame runId={runId}>
        <div className="flex flex-col items-center gap-4 px-6 py-14 text-center">
          <p className="text-base font-medium">Sign in to see this run</p>
          <p className="max-w-md text-sm text-muted">A run is shown to the wallet that owns it, and to nobody else.</p>
          <Button variant="primary" onClick={open}>
            Connect and sign in
          </Button>
        </div>
      </RunFrame>
    );
  }
  if (run.isError) {
    const missing = hasCode(run.error, 'RUN_UNKNOWN', 'NOT_FOUND', 'NOT_RUN_OWNER');
    return (
      <RunFrame runId={runId}>
        <ErrorState error={run.error} {...(missing ? {} : { retry: () => void run.refetch() })} />
      </RunFrame>
    );
  }
  return <RunSkeleton />;
};

/** What stands in a run's place while the run itself cannot be shown. */
const RunFrame = ({ runId, children }: { runId: string; children: ReactNode }) => (
  <>
    <PageHeader crumbs={[{ label: 'Your runs', href: '/' }]} title={`Run ${runId}`} />
    <Card>{children}</Card>
  </>
);

/** The outline of a run's page, in its sizes. */
const RunSkeleton = () => (
  <output aria-label="Loading the run" className="flex flex-col gap-6">
    <Skeleton className="h-5 w-24" />
    <Skeleton className="h-8 w-44" />
    <Skeleton className="h-64 rounded-lg" />
    <Skeleton className="h-40 rounded-lg" />
  </output>
);
