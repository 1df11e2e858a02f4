'use client';
import { useMutation } from '@tanstack/react-query';
import { useConfig } from 'wagmi';
import { switchChain } from 'wagmi/actions';
import { Banner } from '../../components/ui/banner.tsx';
import { Button } from '../../components/ui/button.tsx';
import { toUserError } from '../../lib/errors/user-error.ts';
import { notifyError } from '../../lib/notify.ts';
import { useLinkState } from '../../lib/trpc/link-state.ts';
import { useMasterInfo } from '../../lib/use-master-info.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';

/** What is wrong around this page and not on it: the server, its chain, the wallet's network. */
export const Notices = () => (
  <div className="flex flex-col gap-2 empty:hidden">
    <ServerNotice />
    <ChainNotice />
    <NetworkNotice />
  </div>
);

const ServerNotice = () => {
  const { isError, error } = useMasterInfo();
  const link = useLinkState();
  if (isError) {
    const { message, hint } = toUserError(error);
    return (
      <Banner tone="bad" title={message}>
        {hint}
      </Banner>
    );
  }
  if (link === 'broken')
    return (
      <Banner tone="warn" title="Live updates are interrupted.">
        What you see may be a few seconds old; the connection is being restored.
      </Banner>
    );
  return null;
};

const ChainNotice = () => {
  const { data } = useMasterInfo();
  if (!data) return null;
  const { error, lagging } = data.chain;
  if (error)
    return (
      <Banner tone="warn" title={error.message}>
        {error.hint}
      </Banner>
    );
  if (lagging)
    return (
      <Banner tone="warn" title="The server is behind the chain.">
        It is reading older blocks; what happened on chain a moment ago may be missing here.
      </Banner>
    );
  return null;
};

const NetworkNotice = () => {
  const { wrongNetwork, chain } = useWallet();
  const config = useConfig();
  const change = useMutation({ mutationFn: () => switchChain(config, { chainId: chain.id }), onError: notifyError });
  if (!wrongNetwork) return null;
  return (
    <Banner
      tone="warn"
      title="Your wallet is on another network."
      action={
        <Button size="sm" busy={change.isPending} onClick={() => change.mutate()}>
          Switch to {chain.name}
        </Button>
      }
    >
      This server follows {chain.name} (chain {chain.id}).
    </Banner>
  );
};
