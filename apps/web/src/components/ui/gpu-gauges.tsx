import { gpuFigures } from '../../lib/gpu-figures.ts';
import { Gauge } from './gauge.tsx';

type GpuGaugesProps = { gpus: Parameters<typeof gpuFigures>[0] };

/** How busy each GPU is, or why it is of no use. */
export const GpuGauges = ({ gpus }: GpuGaugesProps) =>
  gpuFigures(gpus).map(({ uuid, label, share, figure, problem }) =>
    problem === null ? (
      <Gauge key={uuid} label={label} share={share} figure={figure} />
    ) : (
      <output key={uuid} className="text-warn" data-testid="gpu-problem">
        {label} cannot be used: {problem}
      </output>
    ),
  );
