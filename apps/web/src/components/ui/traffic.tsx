import { ArrowDown, ArrowUp } from 'lucide-react';
import { formatRate } from '../../lib/format.ts';

type TrafficProps = { rxBytesPerSecond?: number | undefined; txBytesPerSecond?: number | undefined };

/** What comes in and what goes out, per second; nothing where the machine does not tell. */
export const Traffic = ({ rxBytesPerSecond, txBytesPerSecond }: TrafficProps) =>
  rxBytesPerSecond === undefined || txBytesPerSecond === undefined ? null : (
    <span className="inline-flex items-center gap-3 whitespace-nowrap">
      <span className="text-muted">Network</span>
      <span className="figures inline-flex items-center gap-1">
        <ArrowDown aria-label="received" className="size-3 text-faint" />
        {formatRate(rxBytesPerSecond)}
      </span>
      <span className="figures inline-flex items-center gap-1">
        <ArrowUp aria-label="sent" className="size-3 text-faint" />
        {formatRate(txBytesPerSecond)}
      </span>
    </span>
  );
