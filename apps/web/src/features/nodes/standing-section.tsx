'use client';
import { Card, Section } from '../../components/ui/card.tsx';
import { Hash } from '../../components/ui/copyable.tsx';
import { DefinitionList } from '../../components/ui/definition-list.tsx';
import { RelativeTime } from '../../components/ui/relative-time.tsx';
import type { NodeDetail } from '../../lib/trpc/outputs.ts';
import { addressUrl, transactionUrl } from '../../lib/wallet/networks.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';

/** What the chain says of the node in this run. */
export const StandingSection = ({ node }: { node: NodeDetail }) => {
  const { chain } = useWallet();
  return (
    <Section title="On chain">
      <Card className="px-4 py-1">
        <DefinitionList
          items={[
            { term: 'Standing', value: node.banned ? `${node.standing}, banned` : node.standing },
            { term: 'Provider', value: <Hash value={node.provider} label="provider" href={addressUrl(chain, node.provider)} /> },
            { term: 'Registration', value: <span className="figures">no. {node.seq}</span> },
            { term: 'Registered', value: <RelativeTime at={node.registeredAt} /> },
            {
              term: 'Registered in',
              value: <Hash value={node.registeredTx} label="transaction" href={transactionUrl(chain, node.registeredTx)} />,
            },
            ...(node.approvedAt ? [{ term: 'Approved', value: <RelativeTime at={node.approvedAt} /> }] : []),
            ...(node.endedAt ? [{ term: 'Ended', value: <RelativeTime at={node.endedAt} /> }] : []),
            ...(node.endedReason ? [{ term: 'Reason', value: node.endedReason }] : []),
          ]}
        />
      </Card>
    </Section>
  );
};
