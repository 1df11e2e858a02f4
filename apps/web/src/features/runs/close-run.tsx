'use client';
import { useQueryClient } from '@tanstack/react-query';
import { Power } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { ConfirmDialog } from '../../components/ui/confirm-dialog.tsx';
import { TransactionProgress } from '../../components/ui/transaction-progress.tsx';
import { closeRun } from '../../lib/chain/close-run.ts';
import { useTransaction } from '../../lib/chain/use-transaction.ts';
import { notifyDone } from '../../lib/notify.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import { useMasterInfo } from '../../lib/use-master-info.ts';

/** Ends a run on chain, after a question; the page follows once the server has read the block. */
export const CloseRun = ({ runId }: { runId: string }) => {
  const [isOpen, setOpen] = useState(false);
  const { data: info } = useMasterInfo();
  const { state, send, reset, busy } = useTransaction();
  const trpc = useTRPC();
  const queryClient = useQueryClient();

  const confirm = async (): Promise<void> => {
    if (!info) return;
    const receipt = await send((config) => closeRun(config, { registry: info.registry, runId }));
    if (!receipt) return;
    setOpen(false);
    notifyDone(`Run ${runId} is closed on chain`, 'Its tasks are being stopped; this page follows.');
    void queryClient.invalidateQueries(trpc.run.pathFilter());
  };
  const change = (open: boolean): void => {
    if (busy) return;
    if (open) reset();
    setOpen(open);
  };
  return (
    <>
      <Button
        variant="danger-quiet"
        icon={<Power aria-hidden />}
        onClick={() => change(true)}
        disabled={!info || state.phase === 'confirmed'}
        data-testid="close-run"
      >
        Close run
      </Button>
      <ConfirmDialog
        open={isOpen}
        onOpenChange={change}
        title={`Close run ${runId}?`}
        confirmLabel={state.phase === 'failed' ? 'Try again' : 'Close run'}
        busy={busy}
        onConfirm={() => void confirm()}
      >
        <p>
          Running tasks are stopped gracefully and every node is released. Logs, snapshots and the history stay. A closed run cannot be
          opened again.
        </p>
        <TransactionProgress state={state} />
      </ConfirmDialog>
    </>
  );
};
