import type { Gpu } from '@muster/protocol/capabilities';
import type { GpuUsage } from '@muster/protocol/messages/frames';
import type { Logger } from '@muster/runtime/logger';
import { gpuInability, troubleWords } from '../doctor/gpu-checks.ts';
import type { GpuReading, Host } from '../ports/host.ts';
import type { FeatureBook } from './features.ts';

/** The machine's GPUs from when the agent started on: which still work, and how busy they are. */
export interface GpuWatch {
  /** To be called every few seconds: asks the driver now and then, and never twice at once. */
  look(): Promise<void>;
  /** Somebody has reason to: a container with a GPU did not start. Asks sooner. */
  doubt(): void;
  /** Those that can be given to a container. One that was not there at the start is not among them: it is not registered. */
  usable(): readonly Gpu[];
  /** Why those that were there at the start are no longer usable, by UUID. */
  troubles(): ReadonlyMap<string, string>;
  /** As last read; null before that. One in trouble says so. */
  usage(): GpuUsage[] | null;
}

export interface GpuWatchOptions {
  host: Pick<Host, 'gpus'>;
  /** Whether the engine gives GPUs to containers. Throws while the engine does not answer. */
  engineGives: () => Promise<boolean>;
  features: FeatureBook;
  /** Measured at the start, and registered. */
  gpus: readonly Gpu[];
  /** Whether an allocation has one of them. */
  isHeld: () => boolean;
  monotonic: () => number;
  logger: Logger;
}

/**
 * The driver's program takes 50 ms of a core, or a whole second where nothing keeps the driver awake. Whoever holds a GPU sees its figures
 * every 15 s; an idle machine is asked so seldom that it costs it less than a quarter of a percent of a core.
 */
const PACE = { held: { leastMs: 15_000, times: 50 }, idle: { leastMs: 120_000, times: 400 } };

export function createGpuWatch({ host, engineGives, features, gpus, isHeld, monotonic, logger }: GpuWatchOptions): GpuWatch {
  let last: { endedAt: number; tookMs: number } | null = null;
  let usage: GpuUsage[] | null = null;
  let troubles: ReadonlyMap<string, string> = new Map();
  let gives = true;
  let isDoubted = false;
  let isAsking = false;

  function isDue(): boolean {
    if (last === null) return true;
    const { leastMs, times } = isHeld() || isDoubted ? PACE.held : PACE.idle;
    // A doubt is no reason to spend more than somebody's figures are.
    return monotonic() - last.endedAt >= Math.max(leastMs, last.tookMs * times);
  }

  async function ask(): Promise<void> {
    const startedAt = monotonic();
    isDoubted = false;
    // An engine that does not answer has taken no toolkit away.
    const [reading, given] = await Promise.all([host.gpus(), engineGives().catch(() => gives)]);
    const endedAt = monotonic();
    last = { endedAt, tookMs: endedAt - startedAt };
    gives = given;
    note(findTroubles(gpus, reading));
    usage = withTroubles(reading.state === 'ok' ? reading.usage : [], troubles);
    const [firstTrouble] = troubles.values();
    features.set('gpu', gpuInability(reading, gives) ?? (troubles.size < gpus.length ? null : (firstTrouble ?? null)));
  }

  function note(found: ReadonlyMap<string, string>): void {
    for (const [uuid, problem] of found)
      if (troubles.get(uuid) !== problem)
        logger.error({ event: 'gpu.lost', uuid, problem }, 'a GPU cannot be used any more; it is offered to nobody until it can');
    for (const uuid of troubles.keys()) if (!found.has(uuid)) logger.info({ event: 'gpu.back', uuid }, 'a GPU can be used again');
    troubles = found;
  }

  return {
    async look() {
      if (gpus.length === 0 || isAsking || !isDue()) return;
      isAsking = true;
      await ask().finally(() => (isAsking = false));
    },
    doubt: () => void (isDoubted = true),
    usable: () => gpus.filter(({ uuid }) => !troubles.has(uuid)),
    troubles: () => troubles,
    usage: () => usage,
  };
}

function findTroubles(gpus: readonly Gpu[], reading: GpuReading): ReadonlyMap<string, string> {
  const troubleOf = ({ uuid }: Gpu): string | null => {
    if (reading.state === 'absent') return 'the NVIDIA driver is gone';
    if (reading.state === 'broken') return `the NVIDIA driver does not work (${reading.problem})`;
    if (reading.gpus.some((gpu) => gpu.uuid === uuid)) return null;
    const named = reading.troubled.find((trouble) => trouble.uuid === uuid);
    // One that has fallen off the bus has lost its name with it.
    const nameless = reading.troubled.filter((trouble) => trouble.uuid === null).map(troubleWords);
    return named?.problem ?? ['the driver does not list it any more', ...nameless].join('; ');
  };
  return new Map(gpus.flatMap((gpu) => withTrouble(gpu.uuid, troubleOf(gpu))));
}

const withTrouble = (uuid: string, problem: string | null): [string, string][] => (problem === null ? [] : [[uuid, problem.slice(0, 500)]]);

function withTroubles(usage: readonly GpuUsage[], troubles: ReadonlyMap<string, string>): GpuUsage[] {
  const known = usage.map((one) => ({ ...one, ...problemOf(troubles.get(one.uuid)) }));
  const gone = [...troubles].filter(([uuid]) => !usage.some((one) => one.uuid === uuid)).map(([uuid, problem]) => ({ uuid, problem }));
  return [...gone, ...known].slice(0, 64);
}

const problemOf = (problem: string | undefined): { problem?: string } => (problem === undefined ? {} : { problem });
