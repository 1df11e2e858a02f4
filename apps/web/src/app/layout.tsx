import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '../features/shell/providers.tsx';
import { Shell } from '../features/shell/shell.tsx';
import { prefetch } from '../lib/server/prefetch.ts';
import { authSession, masterInfo } from '../lib/trpc/queries.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'Muster', template: '%s · Muster' },
  description: 'Muster rallies compute from machines nobody owns in common.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f8f4' },
    { media: '(prefers-color-scheme: dark)', color: '#0a100d' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const state = await prefetch((trpc, queries) => [queries.prefetchQuery(masterInfo(trpc)), queries.prefetchQuery(authSession(trpc))]);
  return (
    <html lang="en" suppressHydrationWarning className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="font-sans">
        <Providers>
          <HydrationBoundary state={state}>
            <Shell>{children}</Shell>
          </HydrationBoundary>
        </Providers>
      </body>
    </html>
  );
}
