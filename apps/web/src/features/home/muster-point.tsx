import { cn } from '../../lib/cn.ts';

const RINGS = [44, 86, 130, 176];
/** Angle in degrees and ring of each machine. */
const MACHINES = [
  { angle: -150, ring: 3, delay: 0 },
  { angle: -96, ring: 2, delay: 0.9 },
  { angle: -52, ring: 3, delay: 1.7 },
  { angle: -8, ring: 2, delay: 0.4 },
  { angle: 38, ring: 3, delay: 2.3 },
  { angle: 82, ring: 2, delay: 1.2 },
  { angle: 128, ring: 3, delay: 2.8 },
  { angle: 176, ring: 2, delay: 2 },
] as const;

const at = (angle: number, radius: number): { x: number; y: number } => ({
  x: Number((200 + radius * Math.cos((angle * Math.PI) / 180)).toFixed(2)),
  y: Number((200 + radius * Math.sin((angle * Math.PI) / 180)).toFixed(2)),
});

/** Machines on their way to one point. A picture, hidden from screen readers: the text beside it says the same. */
export const MusterPoint = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 400 400" aria-hidden className={cn('muster-point', className)}>
    {RINGS.map((radius) => (
      <circle
        key={radius}
        cx="200"
        cy="200"
        r={radius}
        className="fill-none stroke-line-strong"
        strokeDasharray="1 7"
        strokeLinecap="round"
        strokeWidth="1.5"
      />
    ))}
    {MACHINES.map(({ angle, ring, delay }) => {
      const from = at(angle, RINGS[ring] ?? 0);
      const to = at(angle, 40);
      return (
        <g key={angle}>
          <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} className="stroke-line-strong" strokeWidth="1.5" />
          <line
            x1={from.x}
            y1={from.y}
            x2={to.x}
            y2={to.y}
            pathLength="100"
            className="muster-signal stroke-accent"
            strokeWidth="2"
            strokeLinecap="round"
            style={{ animationDelay: `${delay}s` }}
          />
          <rect
            x={from.x - 11}
            y={from.y - 11}
            width="22"
            height="22"
            rx="6"
            className="fill-raised stroke-line-strong"
            strokeWidth="1.5"
          />
          <rect
            x={from.x - 4}
            y={from.y - 4}
            width="8"
            height="8"
            rx="2"
            className="muster-core fill-faint"
            style={{ animationDelay: `${delay}s` }}
          />
        </g>
      );
    })}
    <circle cx="200" cy="200" r="40" className="fill-accent-soft" />
    <circle cx="200" cy="200" r="27" className="fill-accent" />
    <g className="stroke-accent-ink" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" fill="none">
      <path d="M189 189l7 7m0-5.4v5.4h-5.4" />
      <path d="M211 189l-7 7m5.4 0h-5.4v-5.4" />
      <path d="M189 211l7-7m-5.4 0h5.4v5.4" />
      <path d="M211 211l-7-7m0 5.4v-5.4h5.4" />
    </g>
  </svg>
);
