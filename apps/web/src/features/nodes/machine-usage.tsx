import { GpuGauges } from '../../components/ui/gpu-gauges.tsx';
import { Meter } from '../../components/ui/meter.tsx';
import { Traffic } from '../../components/ui/traffic.tsx';
import { formatBytes, plural } from '../../lib/format.ts';
import type { Capabilities, NodeDetail } from '../../lib/trpc/outputs.ts';

type Usage = NonNullable<NodeDetail['usage']>;
type MachineUsageProps = { usage: Usage; capabilities: Capabilities };

const share = (used: number, whole: number): number => (whole > 0 ? used / whole : 0);

/** How busy the machine is, as of its last heartbeat. */
export const MachineUsage = ({ usage, capabilities: { cpu, memoryBytes, diskBytes } }: MachineUsageProps) => (
  <div className="flex flex-col gap-4 border-b border-line p-5" data-testid="machine-usage">
    <div className="grid gap-x-8 gap-y-5 sm:grid-cols-3">
      <Meter label="CPU" share={share(usage.cpu, cpu.threads)} detail={`of ${plural(cpu.threads, 'thread')}`} />
      <Meter label="Memory" share={share(usage.memoryBytes, memoryBytes)} detail={`of ${formatBytes(memoryBytes)}`} />
      <Meter label="Disk" share={share(usage.diskBytes, usage.diskBytes + diskBytes)} detail={`${formatBytes(diskBytes)} free`} />
    </div>
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 text-xs empty:hidden">
      <GpuGauges gpus={usage.gpus ?? []} />
      <Traffic {...usage} />
    </div>
  </div>
);
