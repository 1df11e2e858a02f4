'use client';
import { useTheme } from 'next-themes';
import { Toaster as Sonner } from 'sonner';

export const Toaster = () => {
  const { resolvedTheme } = useTheme();
  return (
    <Sonner
      theme={resolvedTheme === 'dark' ? 'dark' : 'light'}
      position="bottom-right"
      toastOptions={{
        style: {
          background: 'var(--raised)',
          color: 'var(--ink)',
          border: '1px solid var(--line)',
          borderRadius: '12px',
          boxShadow: 'var(--float-shadow)',
          fontFamily: 'var(--font-geist-sans)',
        },
      }}
    />
  );
};
