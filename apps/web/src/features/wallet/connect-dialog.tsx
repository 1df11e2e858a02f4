'use client';
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { Dialog } from '../../components/ui/dialog.tsx';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { ConnectStep } from './connect-step.tsx';
import { SignInStep } from './sign-in-step.tsx';

const ConnectDialogContext = createContext<{ open: () => void }>({ open: () => undefined });
export const useConnectDialog = () => use(ConnectDialogContext);

/** One dialog, two steps: choose a wallet, then sign in with it. */
export const ConnectDialogProvider = ({ children }: { children: ReactNode }) => {
  const [isOpen, setOpen] = useState(false);
  const { address, signedInAs } = useWallet();
  const open = useCallback(() => setOpen(true), []);
  const value = useMemo(() => ({ open }), [open]);
  const step = address === null ? 1 : 2;
  return (
    <ConnectDialogContext value={value}>
      {children}
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={step === 1 ? 'Connect a wallet' : 'Sign in'}
        description={
          step === 1
            ? 'Your wallet is your account. It owns your runs and sends their transactions.'
            : 'Sign one message to prove that the wallet is yours. It costs nothing and sends no transaction.'
        }
      >
        {step === 1 ? (
          <ConnectStep onConnected={(connected) => connected === signedInAs && setOpen(false)} />
        ) : (
          <SignInStep onDone={() => setOpen(false)} />
        )}
      </Dialog>
    </ConnectDialogContext>
  );
};
