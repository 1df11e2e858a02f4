import type { CapabilityDocument } from '../capabilities.ts';
import { err, ok, type Result } from '../errors/result.ts';
import { isGpuModel } from '../gpu-model.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatRange } from './format-requirements.ts';
import type { Range, RequirementKey, Requirements } from './requirements.ts';

/** One requirement that a machine misses, in words: `memory: 64GB.. is asked, 32GB is there`. */
export type Unmet = { key: RequirementKey; required: string; actual: string };

/** Whether the machine of a capability document meets every requirement; else all that it misses. */
export function meetsRequirements(document: CapabilityDocument, requirements: Requirements): Result<void, Unmet[]> {
  const { cpu, memoryBytes, diskBytes } = requirements;
  const unmet = [
    check({ key: 'cpu', range: cpu, actual: document.cpu.threads, format: String }),
    check({ key: 'memory', range: memoryBytes, actual: document.memoryBytes, format: formatRoundBytes }),
    check({ key: 'disk', range: diskBytes, actual: document.diskBytes, format: formatRoundBytes }),
    checkGpus(document.gpus, requirements),
  ].filter((item) => item !== undefined);
  return unmet.length === 0 ? ok(undefined) : err(unmet);
}

type Check = { key: RequirementKey; range: Range | undefined; actual: number; format: (value: number) => string };

function check({ key, range, actual, format }: Check): Unmet | undefined {
  if (range === undefined || isWithin(actual, range)) return undefined;
  return { key, required: formatRange(range, key === 'cpu' ? String : formatBytes), actual: format(actual) };
}

/** A GPU counts when both its model and its memory fit; `gpu.memory` alone asks for at least one such GPU. */
function checkGpus(gpus: CapabilityDocument['gpus'], { gpu, gpuMemoryBytes }: Requirements): Unmet | undefined {
  if (gpu === undefined && gpuMemoryBytes === undefined) return undefined;
  const model = gpu?.model;
  const ofModel = gpus.filter((candidate) => model === undefined || isGpuModel(candidate.model, model));
  const fitting = ofModel.filter((candidate) => gpuMemoryBytes === undefined || isWithin(candidate.memoryBytes, gpuMemoryBytes));
  const count = gpu?.count ?? { min: 1 };
  if (isWithin(fitting.length, count)) return undefined;
  const found = gpus.map((candidate) => `${candidate.model} (${formatRoundBytes(candidate.memoryBytes)})`);
  const actual = found.length === 0 ? 'no GPU' : found.join(', ');
  if (gpuMemoryBytes !== undefined && isWithin(ofModel.length, count)) {
    return { key: 'gpu.memory', required: formatRange(gpuMemoryBytes, formatBytes), actual };
  }
  return { key: 'gpu', required: `${model === undefined ? '' : `${model}:`}${formatRange(count, String)}`, actual };
}

function isWithin(value: number, { min, max }: Range): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

/** Two digits are enough to read what a machine has. */
function formatRoundBytes(bytes: number): string {
  for (const [unit, factor] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
  ] as const) {
    if (bytes >= factor) return `${Math.floor((bytes / factor) * 100) / 100}${unit}`;
  }
  return `${bytes}B`;
}
