import { cn } from '../../lib/cn.ts';
import { formatPercent } from '../../lib/format.ts';

type MeterProps = { label: string; share: number; detail: string };

/** How much of something is used, as a bar and in figures. */
export const Meter = ({ label, share, detail }: MeterProps) => (
  <div className="flex flex-col gap-2">
    <div className="flex items-baseline justify-between gap-3 text-sm">
      <span className="text-muted">{label}</span>
      <span className="figures">
        {formatPercent(share)} <span className="text-xs text-faint">{detail}</span>
      </span>
    </div>
    <meter className="sr-only" aria-label={label} min={0} max={1} value={share} />
    <div aria-hidden className="h-1.5 overflow-hidden rounded-full bg-hover">
      <div
        className={cn('h-full rounded-full transition-[width] duration-500', share > 0.9 ? 'bg-warn' : 'bg-accent')}
        style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }}
      />
    </div>
  </div>
);
