import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../../lib/cn.ts';

const TONES = {
  info: { box: 'bg-info-soft text-info', Icon: Info },
  warn: { box: 'bg-warn-soft text-warn', Icon: TriangleAlert },
  bad: { box: 'bg-bad-soft text-bad', Icon: CircleAlert },
} as const;

type BannerProps = { tone: keyof typeof TONES; title: ReactNode; children?: ReactNode; action?: ReactNode; className?: string };

export const Banner = ({ tone, title, children, action, className }: BannerProps) => {
  const { box, Icon } = TONES[tone];
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={cn('flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg px-4 py-3 text-sm', box, className)}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 basis-60">
        <span className="font-medium">{title}</span>
        {children ? <span className="text-ink/80"> {children}</span> : null}
      </p>
      {action}
    </div>
  );
};
