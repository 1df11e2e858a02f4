import { cn } from '../../lib/cn.ts';

type GaugeProps = {
  label: string;
  /** 0 to 1 of what there is; null where nobody measures it. */
  share: number | null;
  figure: string;
};

/** A meter in one line of small print: for live figures beside what they are about. */
export const Gauge = ({ label, share, figure }: GaugeProps) => (
  <span className="inline-flex items-center gap-2 whitespace-nowrap">
    <span className="text-muted">{label}</span>
    {share === null ? null : (
      <>
        <meter className="sr-only" aria-label={label} min={0} max={1} value={Math.min(1, Math.max(0, share))} />
        <span aria-hidden className="inline-block h-1 w-14 overflow-hidden rounded-full bg-hover">
          <span
            className={cn('block h-full rounded-full transition-[width] duration-500', share > 0.9 ? 'bg-warn' : 'bg-accent')}
            style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }}
          />
        </span>
      </>
    )}
    <span className="figures text-ink">{figure}</span>
  </span>
);
