import type { ReactNode } from 'react';
import { ConnectDialogProvider } from '../wallet/connect-dialog.tsx';
import { Notices } from './notices.tsx';
import { SiteFooter } from './site-footer.tsx';
import { SiteHeader } from './site-header.tsx';
import { WalletProvider } from './wallet-provider.tsx';

/** Everything around a page. */
export const Shell = ({ children }: { children: ReactNode }) => (
  <WalletProvider>
    <ConnectDialogProvider>
      <a
        href="#main"
        className="sr-only z-50 rounded-md bg-accent px-4 py-2 text-sm font-medium text-accent-ink focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh flex-col">
        <SiteHeader />
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto flex w-full max-w-6xl flex-1 flex-col gap-6 px-4 py-6 outline-none sm:px-6 sm:py-10"
        >
          <Notices />
          {children}
        </main>
        <SiteFooter />
      </div>
    </ConnectDialogProvider>
  </WalletProvider>
);
