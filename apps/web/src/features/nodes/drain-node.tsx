'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { ConfirmDialog } from '../../components/ui/confirm-dialog.tsx';
import { notifyDone, notifyError } from '../../lib/notify.ts';
import { useTRPC } from '../../lib/trpc/client.ts';
import type { NodeDetail } from '../../lib/trpc/outputs.ts';

const DRAINABLE: ReadonlySet<string> = new Set(['Approved', 'Invited', 'Healthy', 'Unhealthy', 'Lost']);

/** Asks a node to finish: its containers stop gracefully and nothing new is placed on it. */
export const DrainNode = ({ node }: { node: NodeDetail }) => {
  const [asking, setAsking] = useState(false);
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const drain = useMutation(
    trpc.node.drain.mutationOptions({
      onSuccess: () => {
        setAsking(false);
        notifyDone('Drain ordered');
        void queryClient.invalidateQueries(trpc.node.pathFilter());
      },
      onError: notifyError,
    }),
  );
  if (!DRAINABLE.has(node.phase)) return null;
  return (
    <>
      <Button icon={<LogOut aria-hidden />} onClick={() => setAsking(true)} data-testid="drain-node">
        Drain
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Drain this node?"
        confirmLabel="Drain node"
        busy={drain.isPending}
        onConfirm={() => drain.mutate({ runId: node.runId, node: node.node })}
      >
        <p>
          Its containers get their grace period to end and are placed elsewhere where their restart policy allows. The node takes no new
          work in this run.
        </p>
      </ConfirmDialog>
    </>
  );
};
