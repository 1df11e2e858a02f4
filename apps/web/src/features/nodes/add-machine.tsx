'use client';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { CommandBlock } from '../../components/ui/copyable.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { attachCommand, BUILD_COMMAND } from '../../lib/runs/attach-command.ts';
import type { RunView } from '../../lib/trpc/outputs.ts';
import { useMasterInfo } from '../../lib/use-master-info.ts';

/** How a machine joins this run: the exact commands, and what happens then. */
export const AttachSteps = ({ run }: { run: RunView }) => {
  const { data: info } = useMasterInfo();
  return (
    <ol className="flex flex-col gap-5 text-left text-sm">
      <li className="flex flex-col gap-2">
        <p>
          <span className="font-medium">Once per machine</span>{' '}
          <span className="text-muted">with Node and Docker, in a clone of Muster:</span>
        </p>
        <CommandBlock command={BUILD_COMMAND} label="build command" />
      </li>
      <li className="flex flex-col gap-2">
        <p>
          <span className="font-medium">Start the miner agent.</span>{' '}
          <span className="text-muted">It checks the machine against the requirements before any gas is spent.</span>
        </p>
        {info ? (
          <CommandBlock command={attachCommand({ run, info, provider: run.owner })} label="start command" />
        ) : (
          <Skeleton className="h-40" />
        )}
        <p className="text-xs text-muted">
          <code className="font-mono">MUSTER_PROVIDER</code> is the wallet that registers the node: yours, unless you change it. On another
          network set <code className="font-mono">MUSTER_ENDPOINT</code> to an address that others can reach.
        </p>
      </li>
      <li>
        <span className="font-medium">Open the link that it prints</span>{' '}
        <span className="text-muted">and register the node from that wallet. Validators challenge it, then the master invites it.</span>
      </li>
    </ol>
  );
};

export const AddMachine = ({ run }: { run: RunView }) => {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" icon={<Plus aria-hidden />} onClick={() => setOpen(true)} data-testid="add-machine">
        Add a machine
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={`Add a machine to run ${run.runId}`} className="sm:max-w-2xl">
        <AttachSteps run={run} />
      </Dialog>
    </>
  );
};
