'use client';
import { useDisconnect } from 'wagmi';
import { Button } from '../../components/ui/button.tsx';
import { ErrorNote } from '../../components/ui/error-state.tsx';
import { useSignIn } from '../../lib/wallet/use-sign-in.ts';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { Identicon } from './identicon.tsx';

export const SignInStep = ({ onDone }: { onDone: () => void }) => {
  const { address, connector } = useWallet();
  const signIn = useSignIn();
  const disconnect = useDisconnect();
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-center gap-3.5 rounded-lg bg-sunken px-4 py-3">
        <Identicon address={address ?? ''} className="size-9" />
        <div className="min-w-0 flex-1">
          <p className="text-sm font-medium">{connector?.name}</p>
          <p className="font-mono text-xs break-all text-muted">{address}</p>
        </div>
      </div>
      {signIn.error ? <ErrorNote error={signIn.error} /> : null}
      <Button
        variant="primary"
        size="lg"
        busy={signIn.isPending}
        onClick={() => signIn.mutate(undefined, { onSuccess: onDone })}
        data-testid="sign-in"
      >
        {signIn.isPending ? 'Waiting for the signature' : 'Sign in'}
      </Button>
      <Button variant="ghost" size="sm" onClick={() => disconnect.mutate({})}>
        Use another wallet
      </Button>
    </div>
  );
};
