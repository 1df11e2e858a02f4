import { demandOf } from '@muster/protocol/task-spec/defaults';
import { Gauge } from '../../components/ui/gauge.tsx';
import { GpuGauges } from '../../components/ui/gpu-gauges.tsx';
import { Traffic } from '../../components/ui/traffic.tsx';
import { formatBytes } from '../../lib/format.ts';
import type { AllocationView, TaskView } from '../../lib/trpc/outputs.ts';

type AllocationUsageProps = { allocation: AllocationView; spec: TaskView['spec'] };

/** How busy a running copy is, against what it was promised; as fresh as its node's last heartbeat. */
export const AllocationUsage = ({ allocation: { usage, gpus }, spec }: AllocationUsageProps) => {
  if (spec === null || (usage === null && gpus.length === 0)) return null;
  const { cpu, memoryBytes } = demandOf(spec);
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-1.5 text-xs" data-testid="allocation-usage">
      {usage ? (
        <>
          <Gauge label="CPU" share={usage.cpu / cpu} figure={`${usage.cpu.toFixed(2)} of ${cpu}`} />
          <Gauge
            label="Memory"
            share={usage.memoryBytes / memoryBytes}
            figure={`${formatBytes(usage.memoryBytes)} of ${formatBytes(memoryBytes)}`}
          />
          {usage.diskBytes === undefined ? null : <span className="figures">{formatBytes(usage.diskBytes)} written</span>}
          {spec.network === 'none' ? null : <Traffic {...usage} />}
        </>
      ) : null}
      <GpuGauges gpus={gpus} />
    </div>
  );
};
