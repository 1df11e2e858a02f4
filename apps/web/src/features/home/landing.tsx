'use client';
import { ArrowRight } from 'lucide-react';
import { Button } from '../../components/ui/button.tsx';
import { useConnectDialog } from '../wallet/connect-dialog.tsx';
import { useWallet } from '../../lib/wallet/use-wallet.ts';
import { MusterPoint } from './muster-point.tsx';

const STEPS = [
  { title: 'Publish a run', text: 'Say what its nodes must have. The run lives on chain and is yours.' },
  { title: 'Machines register', text: 'Providers bring nodes. Each node signs with its own key.' },
  { title: 'Validators prove them', text: 'They challenge every node and give their verdicts on chain.' },
  { title: 'Your containers run', text: 'The master invites what was approved. Logs and storage come back to you.' },
] as const;

/** For somebody who is not signed in: what this is, and the one thing to do. */
export const Landing = () => {
  const { open } = useConnectDialog();
  const { address } = useWallet();
  return (
    <div className="flex flex-1 flex-col justify-center gap-16 py-6 sm:gap-24 sm:py-12">
      <div className="grid items-center gap-10 lg:grid-cols-[1.1fr_1fr]">
        <div className="flex flex-col items-start gap-6">
          <h1 className="text-4xl leading-[1.08] font-semibold tracking-[-0.03em] text-balance sm:text-[3.25rem]">
            Compute from machines nobody owns in common.
          </h1>
          <p className="max-w-[34rem] text-[1.0625rem] leading-7 text-muted">
            Muster gathers strangers’ machines for your training run. The chain says who may take part, validators prove what each machine
            can do, and you watch your containers run.
          </p>
          <Button variant="primary" size="lg" onClick={open} className="mt-1">
            {address ? 'Sign in to start' : 'Connect a wallet'}
            <ArrowRight aria-hidden />
          </Button>
        </div>
        <MusterPoint className="mx-auto w-full max-w-104 lg:max-w-none" />
      </div>
      <ol className="grid gap-px overflow-hidden rounded-lg bg-line ring-1 ring-line sm:grid-cols-2 lg:grid-cols-4">
        {STEPS.map(({ title, text }, index) => (
          <li key={title} className="flex flex-col gap-1.5 bg-surface p-5">
            <span className="font-mono text-xs text-accent-text">{index + 1}</span>
            <h2 className="text-base font-semibold">{title}</h2>
            <p className="text-sm text-muted">{text}</p>
          </li>
        ))}
      </ol>
    </div>
  );
};
