import { Card, Section } from '../../components/ui/card.tsx';
import { Hash } from '../../components/ui/copyable.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { Table, Td, Th, Tr } from '../../components/ui/table.tsx';
import type { NodeDetail } from '../../lib/trpc/outputs.ts';

/** What the node has under its label although no order knows it. A rare thing: nothing is shown while there is none. */
export const OrphanSection = ({ orphans }: { orphans: NodeDetail['orphans'] }) =>
  orphans.length === 0 ? null : (
    <Section
      title="Orphans"
      count={orphans.length}
      description="Left on the machine without an order, for example after its data directory was lost. The node keeps them for a grace period, then removes them."
    >
      <Card>
        <Table label="Orphans">
          <thead>
            <tr>
              <Th>Allocation</Th>
              <Th className="max-sm:hidden">Run</Th>
              <Th className="max-sm:hidden">Containers and networks</Th>
              <Th>Found</Th>
              <Th className="text-right">Removed</Th>
            </tr>
          </thead>
          <tbody>
            {orphans.map(({ allocationId, runId, things, foundAt, removeAt }) => (
              <Tr key={allocationId}>
                <Td>
                  <Hash value={allocationId} label="allocation" />
                </Td>
                <Td className="figures max-sm:hidden">{runId}</Td>
                <Td className="figures max-sm:hidden">{things}</Td>
                <Td className="text-muted">
                  <RelativeTime at={foundAt} />
                </Td>
                <Td className="text-right text-muted">
                  <RelativeTime at={removeAt} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </Card>
    </Section>
  );
