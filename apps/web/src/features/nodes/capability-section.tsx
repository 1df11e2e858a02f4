import { Cpu } from 'lucide-react';
import { Card, Section } from '../../components/ui/card.tsx';
import { DefinitionList } from '../../components/ui/definition-list.tsx';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import { formatBytes, plural } from '../../lib/format.ts';
import { summarizeGpus } from '../../lib/node-summary.ts';
import type { Capabilities, NodeDetail } from '../../lib/trpc/outputs.ts';
import { MachineUsage } from './machine-usage.tsx';

/** What the machine has, as its doctor found it and the chain holds its hash; and how much of it is in use. */
export const CapabilitySection = ({ node }: { node: NodeDetail }) => {
  const { capabilities } = node;
  return (
    <Section title="Machine">
      <Card>
        {capabilities === null ? (
          <EmptyState icon={<Cpu />} title="Not announced yet">
            The node has registered; its capability document arrives with its first announcement.
          </EmptyState>
        ) : (
          <Machine capabilities={capabilities} usage={node.usage} />
        )}
      </Card>
    </Section>
  );
};

const Machine = ({ capabilities, usage }: { capabilities: Capabilities; usage: NodeDetail['usage'] }) => {
  const { cpu, memoryBytes, diskBytes, gpus, os, docker, agent } = capabilities;
  return (
    <>
      {usage ? <MachineUsage usage={usage} capabilities={capabilities} /> : null}
      <DefinitionList
        className="px-5 py-1"
        items={[
          { term: 'GPU', value: gpus.length === 0 ? <span className="text-muted">none</span> : summarizeGpus(gpus) },
          {
            term: 'CPU',
            value: <span className="figures">{`${cpu.model}, ${plural(cpu.cores, 'core')}, ${plural(cpu.threads, 'thread')}`}</span>,
          },
          { term: 'Memory', value: <span className="figures">{formatBytes(memoryBytes)}</span> },
          { term: 'Disk for containers', value: <span className="figures">{formatBytes(diskBytes)} free</span> },
          { term: 'System', value: `${os.platform} ${os.kernel}, ${os.arch}` },
          { term: 'Docker', value: <span className="figures">{docker.version}</span> },
          { term: 'Agent', value: <span className="figures">{agent.version}</span> },
        ]}
      />
    </>
  );
};
