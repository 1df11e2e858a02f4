import { z } from 'zod';

/** The name of a GPU model as people write it: `H100`, `RTX 4090`. Requirements and task specs share it. */
export const gpuModelSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9 _+-]{0,59}$/, 'expected the name of a GPU model such as H100')
  .regex(/[A-Za-z]/, 'expected the name of a GPU model such as H100');

/**
 * Whether a driver's name, such as `NVIDIA H100 80GB HBM3`, is of the model that was asked for: some run of its words, joined, equals
 * it. So `RTX4090` finds `GeForce RTX 4090`, and `A10` never finds an A100.
 */
export function isGpuModel(driverName: string, asked: string): boolean {
  const words = driverName
    .toLowerCase()
    .split(/[^a-z0-9+]+/)
    .filter((word) => word !== '');
  const wanted = asked.toLowerCase().replace(/[^a-z0-9+]+/g, '');
  return words.some((_, from) => words.some((__, to) => words.slice(from, to + 1).join('') === wanted));
}
