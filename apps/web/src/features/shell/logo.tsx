import { cn } from '../../lib/cn.ts';

/** The assembly point's sign: four arrows that come together. */
export const LogoMark = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 32 32" aria-hidden className={cn('size-7', className)}>
    <rect width="32" height="32" rx="8" className="fill-accent" />
    <g className="stroke-accent-ink" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" fill="none">
      <path d="M7.5 7.5l5 5m0-3.6v3.6H8.9" />
      <path d="M24.5 7.5l-5 5m3.6 0h-3.6V8.9" />
      <path d="M7.5 24.5l5-5m-3.6 0h3.6v3.6" />
      <path d="M24.5 24.5l-5-5m0 3.6v-3.6h3.6" />
    </g>
    <circle cx="16" cy="16" r="1.7" className="fill-accent-ink" />
  </svg>
);
