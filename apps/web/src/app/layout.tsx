import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Providers } from '../features/shell/providers.tsx';
import { Shell } from '../features/shell/shell.tsx';
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

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="font-sans">
        <Providers>
          <Shell>{children}</Shell>
        </Providers>
      </body>
    </html>
  );
}
