import { parseBytes } from '../units/bytes.ts';
import { parseDuration } from '../units/duration.ts';
import type { TaskDocument } from './task-document.ts';

export const DEFAULT_GRACE_MS = 10_000;
const NEVER = { policy: 'never', maxRetries: 0, backoffMs: 0 } as const;

/**
 * Where a path of the task spec is found in the document that it came from, for errors that only the spec's ranges catch.
 */
export const WRITTEN_AS: Readonly<Record<string, string>> = {
  memoryBytes: 'memory',
  shmBytes: 'shm',
  diskBytes: 'disk',
  backoffMs: 'backoff',
  timeoutMs: 'timeout',
  graceMs: 'grace',
};

/** Fills in defaults and units. The document's form is checked; the ranges are taskSpecSchema's to judge. */
export function normalise(document: TaskDocument) {
  const { name, image, command, entrypoint, timeout, resources = {} } = document;
  const { cpu, memory, shm, disk, gpu } = resources;
  return {
    ...(name === undefined ? {} : { name }),
    image,
    ...(command === undefined ? {} : { command }),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    env: Object.fromEntries(Object.entries(document.env ?? {}).map(([key, value]) => [key, String(value)])),
    resources: {
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memoryBytes: parseBytes(memory) }),
      ...(shm === undefined ? {} : { shmBytes: parseBytes(shm) }),
      ...(disk === undefined ? {} : { diskBytes: parseBytes(disk) }),
      ...(gpu === undefined ? {} : { gpu: normaliseGpu(gpu) }),
    },
    replicas: document.replicas ?? 1,
    volumes: document.volumes ?? [],
    restart: normaliseRestart(document.restart),
    ...(timeout === undefined ? {} : { timeoutMs: parseDuration(timeout) }),
    graceMs: document.grace === undefined ? DEFAULT_GRACE_MS : parseDuration(document.grace),
    network: document.network ?? 'none',
    readOnlyRoot: document.readOnlyRoot ?? true,
    ...(document.root ? { root: true as const } : {}),
    ...(document.ports === undefined || document.ports.length === 0 ? {} : { ports: document.ports.map(normalisePort) }),
    labels: document.labels ?? {},
  };
}

const normalisePort = ({ name, port, protocol = 'tcp' as const }: NonNullable<TaskDocument['ports']>[number]) => ({ name, port, protocol });

function normaliseGpu({ count = 1, model, memory }: NonNullable<NonNullable<TaskDocument['resources']>['gpu']>) {
  return {
    count,
    ...(model === undefined ? {} : { model: model.replace(/\s+/g, ' ') }),
    ...(memory === undefined ? {} : { memoryBytes: parseBytes(memory) }),
  };
}

function normaliseRestart(restart: TaskDocument['restart']) {
  if (restart === undefined || restart.policy === 'never') return NEVER;
  const { policy, maxRetries = 3, backoff = '1s' } = restart;
  return { policy, maxRetries, backoffMs: parseDuration(backoff) };
}
