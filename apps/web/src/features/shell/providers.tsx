'use client';
import { ThemeProvider } from 'next-themes';
import type { ReactNode } from 'react';
import { Toaster } from '../../components/ui/toaster.tsx';
import { TooltipProvider } from '../../components/ui/tooltip.tsx';
import { ApiProvider } from '../../lib/trpc/provider.tsx';

export const Providers = ({ children }: { children: ReactNode }) => (
  <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange>
    <ApiProvider>
      <TooltipProvider delayDuration={300}>
        {children}
        <Toaster />
      </TooltipProvider>
    </ApiProvider>
  </ThemeProvider>
);
