'use client';
import { CircleCheck } from 'lucide-react';
import { Button } from '../../../components/ui/button.tsx';
import { Banner } from '../../../components/ui/banner.tsx';
import { Hash } from '../../../components/ui/copyable.tsx';
import { DefinitionList } from '../../../components/ui/definition-list.tsx';
import { RelativeTime } from '../../../components/ui/relative-time.tsx';
import { TransactionProgress } from '../../../components/ui/transaction-progress.tsx';
import type { ConsentLink } from '../../../lib/chain/consent-link.ts';
import { registerNode } from '../../../lib/chain/register-node.ts';
import { useTransaction } from '../../../lib/chain/use-transaction.ts';
import { shortHash } from '../../../lib/format.ts';
import type { MasterInfo } from '../../../lib/trpc/outputs.ts';
import { useNow } from '../../../lib/use-now.ts';
import { useWallet } from '../../../lib/wallet/use-wallet.ts';
import { useConnectDialog } from '../../wallet/connect-dialog.tsx';

export const RegisterForm = ({ link, info }: { link: ConsentLink; info: MasterInfo }) => {
  const { address } = useWallet();
  const { open } = useConnectDialog();
  const now = useNow();
  const { state, send, busy } = useTransaction();
  const deadlineMs = link.deadline * 1000;
  const expired = now !== null && now > deadlineMs;
  const wrongProvider = address !== null && address !== link.provider;
  const done = state.phase === 'confirmed';
  return (
    <>
      <DefinitionList
        className="px-5 py-2 sm:px-6"
        items={[
          { term: 'Run', value: <span className="figures font-medium">{link.runId}</span> },
          { term: 'Node', value: <Hash value={link.node} label="node" /> },
          { term: 'Provider', value: <Hash value={link.provider} label="provider" /> },
          { term: 'Registration', value: <span className="figures">no. {link.seq}</span> },
          { term: 'Capability document', value: <Hash value={link.capabilitiesHash} label="capabilities hash" /> },
          { term: 'Good until', value: <RelativeTime at={deadlineMs} {...(expired ? { className: 'text-bad' } : {})} /> },
          { term: 'The node’s signature', value: <Hash value={link.consent} label="consent" /> },
          { term: 'Registry', value: <Hash value={info.registry} label="registry" /> },
        ]}
      />
      <div className="flex flex-col gap-4 border-t border-line bg-sunken/50 p-5 sm:p-6">
        {expired && !done ? (
          <Banner tone="warn" title="This consent has expired.">
            Let the miner agent print a new link.
          </Banner>
        ) : null}
        {wrongProvider ? (
          <Banner tone="warn" title="Another wallet is named as the provider.">
            Switch to {shortHash(link.provider)} in your wallet; the contract refuses any other sender.
          </Banner>
        ) : null}
        <TransactionProgress state={state} />
        {done ? (
          <output className="flex items-center gap-2 text-sm font-medium text-accent-text">
            <CircleCheck aria-hidden className="size-4" /> The node is registered. Its agent goes on by itself; you can close this page.
          </output>
        ) : (
          <Button
            variant="primary"
            size="lg"
            className="self-end"
            disabled={expired || wrongProvider}
            busy={busy}
            onClick={() => (address === null ? open() : void send((config) => registerNode(config, { registry: info.registry, link })))}
            data-testid="register-node"
          >
            {address === null ? 'Connect wallet' : state.phase === 'failed' ? 'Try again' : 'Register node'}
          </Button>
        )}
      </div>
    </>
  );
};
