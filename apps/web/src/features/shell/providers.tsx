'use client';
import { ThemeProvider } from 'next-themes';
import type { ReactNode } from 'react';
import { Toaster } from '../../components/ui/toaster.tsx';
import { ApiProvider } from '../../lib/trpc/provider.tsx';

export const Providers = ({ children }: { children: ReactNode }) => (
  <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
    <ApiProvider>
      {children}
      <Toaster />
    </ApiProvider>
  </ThemeProvider>
);
