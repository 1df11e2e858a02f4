'use client';
import { ChevronDown, LogOut, PenLine, Wallet } from 'lucide-react';
import { useDisconnect } from 'wagmi';
import { Button } from '../../components/ui/button.tsx';
import { CopyButton } from '../../components/ui/copyable.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../components/ui/dropdown-menu.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { shortHash } from '../../lib/format.ts';
import { useSignOut } from '../../lib/wallet/use-sign-in.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { Identicon } from './identicon.tsx';
import { useConnectDialog } from './connect-dialog.tsx';

/** The wallet's place in the header: connect, sign in, or who you are. One width for all, so that nothing moves. */
export const WalletMenu = () => {
  const { address, signedInAs, sessionPending, connector, otherAccount, chain } = useWallet();
  const { open } = useConnectDialog();
  const disconnect = useDisconnect();
  const signOut = useSignOut(() => disconnect.mutate({}));

  if (sessionPending) return <Skeleton className="h-9 w-34 rounded-md" />;
  if (signedInAs === null) {
    return (
      <Button
        variant="primary"
        className="min-w-34"
        icon={address ? <PenLine aria-hidden /> : <Wallet aria-hidden />}
        onClick={open}
        data-testid="connect-button"
      >
        {address ? 'Sign in' : 'Connect'}
      </Button>
    );
  }
  return (
    <Menu
      className="w-72"
      trigger={
        <Button className="min-w-34 pl-2" data-testid="wallet-menu">
          <Identicon address={signedInAs} className="size-5.5" />
          <span className="sr-only">Wallet</span>
          <span className="figures font-mono text-xs">{shortHash(signedInAs)}</span>
          <ChevronDown aria-hidden className="text-faint" />
        </Button>
      }
    >
      <MenuLabel>Signed in as</MenuLabel>
      <div className="flex items-center gap-1 px-2.5 pb-2 font-mono text-xs">
        <span className="min-w-0 flex-1 break-all">{signedInAs}</span>
        <CopyButton text={signedInAs} label="address" />
      </div>
      <p className="px-2.5 pb-2 text-xs text-muted">
        {address === null
          ? 'No wallet is connected: you can look and order, but not send transactions.'
          : otherAccount
            ? `${connector?.name} is now on ${shortHash(address)}.`
            : `${connector?.name} on ${chain.name}`}
      </p>
      <MenuSeparator />
      {address === null || otherAccount ? (
        <MenuItem onSelect={open}>
          <Wallet aria-hidden /> {address === null ? 'Connect wallet' : 'Sign in with the other account'}
        </MenuItem>
      ) : null}
      <MenuItem onSelect={() => signOut.mutate()} data-testid="sign-out">
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
};
