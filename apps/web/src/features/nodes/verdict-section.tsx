'use client';
import { Gavel } from 'lucide-react';
import { Card, Section } from '../../components/ui/card.tsx';
import { Hash } from '../../components/ui/copyable.tsx';
import { EmptyState } from '../../components/ui/empty-state.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import { Badge } from '../../components/ui/status-pill.tsx';
import { Table, Td, Th, Tr } from '../../components/ui/table.tsx';
import type { NodeDetail } from '../../lib/trpc/outputs.ts';
import { transactionUrl } from '../../lib/wallet/networks.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';

/** What validators said, each with the hash of its evidence and the transaction that carries it. */
export const VerdictSection = ({ node, quorum }: { node: NodeDetail; quorum: number }) => {
  const { chain } = useWallet();
  return (
    <Section
      title="Verdicts"
      count={node.verdicts.length}
      description={
        <span className="figures">
          Round {node.round}: {node.approvals} for, {node.rejections} against, {quorum} settle it
        </span>
      }
    >
      <Card>
        {node.verdicts.length === 0 ? (
          <EmptyState icon={<Gavel />} title="No verdict yet">
            A validator asks the node to prove what it is, then reports on chain.
          </EmptyState>
        ) : (
          <Table label="Verdicts">
            <thead>
              <tr>
                <Th>Verdict</Th>
                <Th>Validator</Th>
                <Th>Round</Th>
                <Th>Evidence</Th>
                <Th>Transaction</Th>
                <Th className="text-right">When</Th>
              </tr>
            </thead>
            <tbody>
              {node.verdicts.map((verdict) => (
                <Tr key={`${verdict.seq}-${verdict.round}-${verdict.validator}`}>
                  <Td>
                    <Badge tone={verdict.approve ? 'ok' : 'bad'}>{verdict.approve ? 'approve' : 'reject'}</Badge>
                  </Td>
                  <Td>
                    <Hash value={verdict.validator} label="validator" />
                  </Td>
                  <Td className="figures">
                    {verdict.seq === node.seq ? verdict.round : `${verdict.round} of registration ${verdict.seq}`}
                  </Td>
                  <Td>
                    <Hash value={verdict.evidenceHash} label="evidence hash" />
                  </Td>
                  <Td>
                    <Hash value={verdict.txHash} label="transaction" href={transactionUrl(chain, verdict.txHash)} />
                  </Td>
                  <Td className="text-right text-muted">
                    <RelativeTime at={verdict.at} />
                  </Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </Section>
  );
};
