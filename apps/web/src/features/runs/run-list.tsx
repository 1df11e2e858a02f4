'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Flag, Plus } from 'lucide-react';
import Link from 'next/link';
import { Button } from '../../components/ui/button.tsx';
import { Card } from '../../components/ui/card.tsx';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import { ErrorState } from '../../components/ui/error-state.tsx';
import { PageHeader } from '../../components/ui/page-header.tsx';
import { SkeletonRows } from '../../components/ui/skeleton.tsx';
import { useTRPC } from '../../lib/trpc/client.ts';
import { runList } from '../../lib/trpc/queries.ts';
import { RunRow } from './run-row.tsx';

const NewRunButton = () => (
  <Button asChild variant="primary">
    <Link href="/runs/new" data-testid="new-run">
      <Plus aria-hidden /> New run
    </Link>
  </Button>
);

/** The wallet's own runs, newest first. */
export const RunList = () => {
  const runs = useInfiniteQuery(runList(useTRPC()));
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHeader title="Your runs" actions={items.length > 0 ? <NewRunButton /> : undefined} />
      <Card>
        {runs.isPending ? (
          <SkeletonRows label="Loading your runs" rowClassName="h-20" />
        ) : runs.isError ? (
          <ErrorState error={runs.error} retry={() => void runs.refetch()} />
        ) : items.length === 0 ? (
          <EmptyState icon={<Flag />} title="No runs yet" action={<NewRunButton />}>
            A run says what its nodes must have and who coordinates them. Publish one, and machines can register for it.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {items.map((run) => (
              <RunRow key={run.runId} run={run} />
            ))}
          </ul>
        )}
      </Card>
      {runs.hasNextPage ? (
        <Button className="self-center" busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
          Show older runs
        </Button>
      ) : null}
    </>
  );
};
