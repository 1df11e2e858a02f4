'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, HardDriveDownload } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import { Card, Section } from '../../components/ui/card.tsx';
import { Hash } from '../../components/ui/copyable.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { formatBytes, plural } from '../../lib/format.ts';
import { notifyDone, notifyError } from '../../lib/notify.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { snapshotList } from '../../lib/trpc/queries.ts';
import type { SnapshotView, TaskView } from '../../lib/trpc/outputs.ts';

const WHEN_WORTH_ASKING_MS = 3_000;

/** The task's volumes, and the snapshots that came back from them. */
export const StorageSection = ({ task }: { task: TaskView }) => {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const volumes = task.spec?.volumes ?? [];
  const snapshots = useQuery({ ...snapshotList(trpc, task.taskId), enabled: volumes.length > 0 });
  const sync = useMutation(
    trpc.task.sync.mutationOptions({
      onSuccess: ({ snapshotIds }) => {
        notifyDone(
          `Sync ordered from ${plural(snapshotIds.length, 'copy', 'copies')}`,
          'The snapshot appears here once the node has acknowledged it.',
        );
        setTimeout(() => void queryClient.invalidateQueries(trpc.snapshot.pathFilter()), WHEN_WORTH_ASKING_MS);
      },
      onError: notifyError,
    }),
  );
  if (volumes.length === 0) return null;
  const running = task.allocations.some((allocation) => allocation.phase === 'Running');
  return (
    <Section title="Storage">
      <Card className="divide-y divide-line">
        {volumes.map((volume) => {
          const own = (snapshots.data?.items ?? []).filter((snapshot) => snapshot.volume === volume.name);
          return (
            <div key={volume.name} className="flex flex-col gap-3 p-4">
              <div className="flex items-center justify-between gap-3">
                <div className="min-w-0">
                  <p className="truncate text-sm font-medium">{volume.name}</p>
                  <p className="truncate font-mono text-xs text-muted">{volume.path}</p>
                </div>
                <Button
                  size="sm"
                  icon={<HardDriveDownload aria-hidden />}
                  busy={sync.isPending && sync.variables.volume === volume.name}
                  disabled={!running}
                  title={running ? undefined : 'A volume is synced while a copy runs'}
                  onClick={() => sync.mutate({ taskId: task.taskId, volume: volume.name })}
                  data-testid="sync-volume"
                >
                  Sync
                </Button>
              </div>
              {snapshots.isError ? <ErrorNote error={snapshots.error} /> : null}
              {own.length === 0 ? <p className="text-xs text-faint">No snapshots yet</p> : <SnapshotList snapshots={own} />}
            </div>
          );
        })}
      </Card>
    </Section>
  );
};

const SnapshotList = ({ snapshots }: { snapshots: readonly SnapshotView[] }) => (
  <ul className="flex flex-col gap-2" aria-label="Snapshots">
    {snapshots.map((snapshot) => (
      <li
        key={snapshot.snapshotId}
        data-testid="snapshot"
        className="flex animate-fade items-center gap-3 rounded-md bg-sunken py-2 pr-2 pl-3 text-xs"
      >
        <span className="min-w-0 flex-1">
          <span className="figures block font-medium">{formatBytes(snapshot.sizeBytes)}</span>
          <span className="flex items-center gap-1 text-muted">
            <RelativeTime at={snapshot.createdAt} /> · <Hash value={snapshot.sha256} label="sha256" className="text-2xs" />
          </span>
        </span>
        <Button asChild variant="ghost" size="icon-sm">
          <a href={`/api/snapshots/${snapshot.snapshotId}`} download aria-label={`Download snapshot of ${snapshot.volume}`}>
            <Download aria-hidden />
          </a>
        </Button>
      </li>
    ))}
  </ul>
);
