'use client';
import { Card, Section } from '../../components/ui/card.tsx';
import { CommandBlock } from '../../components/ui/copyable.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { attachCommand } from '../../lib/runs/attach-command.ts';
import type { RunView } from '../../lib/trpc/outputs.ts';
import { useMasterInfo } from '../../lib/use-master-info.ts';

/** How a machine joins this run: the exact command, and what it will do. */
export const AttachMiner = ({ run }: { run: RunView }) => {
  const { data: info } = useMasterInfo();
  return (
    <Section title="Add a machine">
      <Card className="flex flex-col gap-3 p-4">
        <p className="text-sm text-muted">On a machine with Node and Docker, in a clone of Muster:</p>
        {info ? <CommandBlock command={attachCommand({ run, info, origin: new URL(info.discoveryUri).origin })} label="command" /> : <Skeleton className="h-36" />}
        <ol className="list-decimal space-y-1 pl-4 text-xs text-muted marker:text-faint">
          <li>It checks the machine against the requirements, before any gas is spent.</li>
          <li>Without a provider key it prints a link; the provider opens it here and signs.</li>
          <li>Validators challenge the node, then the master invites it.</li>
        </ol>
      </Card>
    </Section>
  );
};
