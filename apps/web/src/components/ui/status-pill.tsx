import { phaseInfo, type PhaseKind, type Tone } from '../../lib/phases.ts';
import { cn } from '../../lib/cn.ts';

const PILL: Record<Tone, string> = {
  neutral: 'text-muted bg-sunken ring-line-strong',
  progress: 'text-info bg-info-soft ring-info/20',
  ok: 'text-accent-text bg-accent-soft ring-accent/25',
  warn: 'text-warn bg-warn-soft ring-warn/25',
  bad: 'text-bad bg-bad-soft ring-bad/25',
  ended: 'text-muted bg-transparent ring-line-strong',
};

export const DOT: Record<Tone, string> = {
  neutral: 'bg-faint',
  progress: 'bg-info',
  ok: 'bg-accent',
  warn: 'bg-warn',
  bad: 'bg-bad',
  ended: 'ring-[1.5px] ring-inset ring-faint',
};

/** A dot in its tone; a ring leaves it while something is going on. */
export const Dot = ({ tone, live = false, className }: { tone: Tone; live?: boolean; className?: string }) => (
  <span aria-hidden className={cn('relative inline-block size-2 shrink-0 rounded-full', DOT[tone], className)}>
    {live ? <span className={cn('absolute inset-0 animate-beacon rounded-full', DOT[tone])} /> : null}
  </span>
);

type StatusPillProps = { kind: PhaseKind; phase: string; className?: string };

/** A phase by dot, word and tone, never by colour alone. */
export const StatusPill = ({ kind, phase, className }: StatusPillProps) => {
  const { tone, meaning, live } = phaseInfo(kind, phase);
  return (
    <span
      title={meaning}
      className={cn(
        'inline-flex h-6 items-center gap-1.5 rounded-full px-2.5 text-xs font-medium whitespace-nowrap ring-1 ring-inset',
        PILL[tone],
        className,
      )}
    >
      <Dot tone={tone} live={live ?? false} className="size-1.5" />
      <span className="first-letter:uppercase">{phase}</span>
    </span>
  );
};

/** A short word in a tone, for what is no phase: a kind of challenge, a role. */
export const Badge = ({ tone = 'neutral', children, className }: { tone?: Tone; children: React.ReactNode; className?: string }) => (
  <span
    className={cn(
      'inline-flex h-5 items-center rounded-xs px-1.5 font-mono text-2xs whitespace-nowrap ring-1 ring-inset',
      PILL[tone],
      className,
    )}
  >
    {children}
  </span>
);
