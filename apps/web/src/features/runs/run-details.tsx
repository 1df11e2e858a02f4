'use client';
import { Card, Section } from '../../components/ui/card.tsx';
import { CopyButton, Hash } from '../../components/ui/copyable.tsx';
import { DefinitionList } from '../../components/ui/definition-list.tsx';
import { plural } from '../../lib/format.ts';
import type { RunView } from '../../lib/trpc/outputs.ts';
import { addressUrl, transactionUrl } from '../../lib/wallet/networks.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';

/** What the chain says of the run. */
export const RunDetails = ({ run }: { run: RunView }) => {
  const { chain } = useWallet();
  const address = (value: string, label: string) => <Hash value={value} label={label} href={addressUrl(chain, value)} />;
  return (
    <Section title="On chain">
      <Card className="px-4 py-1">
        <DefinitionList
          items={[
            { term: 'Owner', value: address(run.owner, 'owner') },
            { term: 'Master', value: address(run.master, 'master') },
            { term: 'Validator set', value: address(run.validators, 'validator set') },
            { term: 'Quorum', value: <span className="figures">{plural(run.quorum, 'verdict')}</span> },
            { term: 'Discovery', value: <Located value={run.discoveryUri} /> },
            { term: 'Published in', value: <Hash value={run.createdTx} label="transaction" href={transactionUrl(chain, run.createdTx)} /> },
            ...(run.closedTx
              ? [{ term: 'Closed in', value: <Hash value={run.closedTx} label="transaction" href={transactionUrl(chain, run.closedTx)} /> }]
              : []),
          ]}
        />
      </Card>
    </Section>
  );
};

/** An address on the web, cut where it does not fit. */
const Located = ({ value }: { value: string }) => (
  <span className="flex min-w-0 items-center justify-end gap-0.5">
    <span title={value} className="truncate font-mono text-xs">
      {value.replace(/^https?:\/\//, '')}
    </span>
    <CopyButton text={value} label="discovery address" />
  </span>
);
