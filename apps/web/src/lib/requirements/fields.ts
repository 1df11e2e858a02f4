import { formatRange } from '@muster/protocol/requirements/format-requirements';
import type { Requirements } from '@muster/protocol/requirements/requirements';
import { formatBytes } from '@muster/protocol/units/bytes';

/** The form's side of the requirement language: least amounts, as typed. Upper bounds live in the text alone and are kept. */
export type RequirementFields = { cpu: string; memory: string; disk: string; gpuCount: string; gpuModel: string; gpuMemory: string };

export const NO_FIELDS: RequirementFields = { cpu: '', memory: '', disk: '', gpuCount: '', gpuModel: '', gpuMemory: '' };

const text = (value: number | undefined, format: (value: number) => string = String): string => (value === undefined ? '' : format(value));

export function fieldsOf({ cpu, memoryBytes, diskBytes, gpu, gpuMemoryBytes }: Requirements): RequirementFields {
  return {
    cpu: text(cpu?.min),
    memory: text(memoryBytes?.min, formatBytes),
    disk: text(diskBytes?.min, formatBytes),
    gpuCount: text(gpu?.count.min),
    gpuModel: gpu?.model ?? '',
    gpuMemory: text(gpuMemoryBytes?.min, formatBytes),
  };
}

/** A bare number of memory or disk means GB, since nobody asks for bytes. */
const withUnit = (typed: string): string => (/^\d+(\.\d+)?$/.test(typed) ? `${typed}GB` : typed);

type Bounded = { max?: number } | undefined;

function item(key: string, typed: string, { bound, format }: { bound: Bounded; format: (value: number) => string }): string | null {
  const max = bound?.max === undefined ? '' : format(bound.max);
  return typed === '' && max === '' ? null : `${key}: ${typed}..${max}`;
}

function gpuItem({ gpuCount, gpuModel }: RequirementFields, gpu: Requirements['gpu']): string | null {
  if (gpuCount === '' && gpuModel === '' && gpu?.count.max === undefined) return null;
  const count = gpuCount === '' && gpu?.count.max === undefined ? '1..' : `${gpuCount}..${text(gpu?.count.max)}`;
  return `gpu: ${gpuModel === '' ? '' : `${gpuModel}:`}${count}`;
}

/** The text that the fields stand for; what was typed wrong stays in it, so that the parser can say so. */
export function textOf(typed: RequirementFields, base: Requirements): string {
  const fields = mapTrim(typed);
  return [
    item('cpu', fields.cpu, { bound: base.cpu, format: String }),
    item('memory', withUnit(fields.memory), { bound: base.memoryBytes, format: formatBytes }),
    item('disk', withUnit(fields.disk), { bound: base.diskBytes, format: formatBytes }),
    gpuItem(fields, base.gpu),
    item('gpu.memory', withUnit(fields.gpuMemory), { bound: base.gpuMemoryBytes, format: formatBytes }),
  ]
    .filter((part) => part !== null)
    .join(', ');
}

const mapTrim = (fields: RequirementFields): RequirementFields => ({
  cpu: fields.cpu.trim(),
  memory: fields.memory.trim(),
  disk: fields.disk.trim(),
  gpuCount: fields.gpuCount.trim(),
  gpuModel: fields.gpuModel.trim(),
  gpuMemory: fields.gpuMemory.trim(),
});

/** One sentence per requirement, for people who do not know the language. */
export function sentencesOf({ cpu, memoryBytes, diskBytes, gpu, gpuMemoryBytes }: Requirements): string[] {
  const sentences: string[] = [];
  if (gpu) {
    const memory = gpuMemoryBytes ? ` with ${rangeWords(gpuMemoryBytes, formatBytes)} each` : '';
    sentences.push(`${rangeWords(gpu.count, String)} ${gpu.model ? `${gpu.model} ` : ''}${isOne(gpu.count) ? 'GPU' : 'GPUs'}${memory}`);
  } else if (gpuMemoryBytes) sentences.push(`GPUs with ${rangeWords(gpuMemoryBytes, formatBytes)} each`);
  if (cpu) sentences.push(`${rangeWords(cpu, String)} CPU ${isOne(cpu) ? 'thread' : 'threads'}`);
  if (memoryBytes) sentences.push(`${rangeWords(memoryBytes, formatBytes)} of memory`);
  if (diskBytes) sentences.push(`${rangeWords(diskBytes, formatBytes)} of disk`);
  return sentences;
}

function rangeWords(range: { min?: number; max?: number }, format: (value: number) => string): string {
  const { min, max } = range;
  if (min !== undefined && max !== undefined) return min === max ? `exactly ${format(min)}` : `${format(min)} to ${format(max)}`;
  if (min !== undefined) return `at least ${format(min)}`;
  return max === undefined ? formatRange(range, format) : `at most ${format(max)}`;
}

/** Whether the words of a range end with a one: "at least 1", "exactly 1", "at most 1". */
const isOne = ({ min, max }: { min?: number; max?: number }): boolean => (max ?? min) === 1;
