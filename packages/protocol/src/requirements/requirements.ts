/** From `min` to `max`, both included; a side that is left out has no bound. */
export type Range = { readonly min?: number; readonly max?: number };

/** What a run asks of a node. A key that is left out asks nothing. */
export type Requirements = {
  /** Hardware threads. */
  readonly cpu?: Range;
  readonly memoryBytes?: Range;
  readonly diskBytes?: Range;
  /** How many GPUs of this model (any, when left out) with that much memory each. */
  readonly gpu?: { readonly model?: string; readonly count: Range };
  /** Memory of each GPU that counts. */
  readonly gpuMemoryBytes?: Range;
};

export type RequirementsError = {
  code: 'REQUIREMENTS_INVALID';
  message: string;
  hint: string;
  /** The offending part of the text, as offsets of characters: [start, end). */
  at: { start: number; end: number };
};

export const REQUIREMENT_KEYS = ['cpu', 'memory', 'disk', 'gpu', 'gpu.memory'] as const;
export type RequirementKey = (typeof REQUIREMENT_KEYS)[number];

/** The contract takes no longer string. */
export const MAX_REQUIREMENTS_BYTES = 1024;
