import { cn } from '../../lib/cn.ts';

/** A small mirrored pattern from the address's own digits: enough to notice that it is another one. */
export const Identicon = ({ address, className }: { address: string; className?: string }) => {
  const digits = [...address.slice(2).toLowerCase()].map((digit) => Number.parseInt(digit, 16));
  const hue = ((digits[0] ?? 0) * 16 + (digits[1] ?? 0)) * (360 / 256);
  const cells = Array.from({ length: 15 }, (_, index) => (digits[index + 2] ?? 0) % 2 === 1);
  const fill = `oklch(0.68 0.13 ${hue.toFixed(0)})`;
  return (
    <svg
      viewBox="0 0 5 5"
      aria-hidden
      shapeRendering="crispEdges"
      className={cn('size-6 shrink-0 overflow-hidden rounded-full', className)}
    >
      <rect width="5" height="5" fill={`oklch(0.68 0.13 ${hue.toFixed(0)} / 0.22)`} />
      {cells.map((on, index) => {
        if (!on) return null;
        const column = Math.floor(index / 5);
        const row = index % 5;
        return (
          <g key={index} fill={fill}>
            <rect x={column} y={row} width="1" height="1" />
            {column < 2 ? <rect x={4 - column} y={row} width="1" height="1" /> : null}
          </g>
        );
      })}
    </svg>
  );
};
