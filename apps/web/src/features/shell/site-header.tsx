import Link from 'next/link';
import { ChainBadge } from './chain-badge.tsx';
import { LogoMark } from './logo.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { WalletMenu } from '../wallet/wallet-menu.tsx';

export const SiteHeader = () => (
  <header className="sticky top-0 z-30 border-b border-line bg-canvas/85 backdrop-blur-md">
    <div className="mx-auto flex h-16 max-w-6xl items-center gap-2 px-4 sm:gap-3 sm:px-6">
      <Link href="/" className="flex items-center gap-2.5 rounded-md pr-2">
        <LogoMark />
        <span className="text-[1.0625rem] font-semibold tracking-tight">Muster</span>
      </Link>
      <div className="flex-1" />
      <ChainBadge />
      <ThemeToggle />
      <WalletMenu />
    </div>
  </header>
);
