import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import type { LogChunk } from '@muster/protocol/messages/log-frames';
import type { Logger } from '@muster/runtime/logger';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { holds, positionIn, resumeFrom, type LogPosition } from './log-position.ts';
import { openLogSpool, type LogSpool } from './log-spool.ts';
import { pumpLog } from './pump-log.ts';

/** All containers' logs: follows what runs, keeps what is not delivered. */
export interface LogCollector {
  /** Follows a running container's log unless it is followed already. */
  follow(allocationId: string, containerId: string): void;
  /** For a container that has ended: resolves when its whole log is in the spool. */
  drain(allocationId: string, containerId: string): Promise<void>;
  /** A line of the agent's own behind what is there; once, however often it is said. */
  remark(allocationId: string, text: string, at: number): Promise<void>;
  /** Undelivered chunks, oldest first within each allocation, and of each about as many: none waits until another has said all. */
  pending(limit: number, isWanted?: (allocationId: string) => boolean): Promise<LogChunk[]>;
  acknowledge(acked: readonly { allocationId: string; sequence: number }[]): Promise<void>;
  hasPending(allocationId: string): boolean;
  /** What the master has not confirmed, of all allocations together. */
  backlog(): { chunks: number; bytes: number };
  /** Drops the allocation's spool for good. */
  forget(allocationId: string): Promise<void>;
  onChunk(listener: () => void): void;
}

export interface LogCollectorOptions {
  directory: string;
  maxBytesPerAllocation: number;
  /** Over all allocations; beyond it the longest spools give way first. */
  maxBytes: number;
  flushMs: number;
  onDropped?: (lines: number) => void;
  /** The engine broke off in the middle of a log. */
  onEngineGone?: (error: AppError) => void;
  runtime: Pick<ContainerRuntime, 'readLogs'>;
  logger: Logger;
  signal: AbortSignal;
}

/** How long a follower of an ended container may take to notice. */
const FOLLOWER_END_MS = 5_000;

export async function createLogCollector(options: LogCollectorOptions): Promise<LogCollector> {
  const { directory, maxBytesPerAllocation, maxBytes, flushMs, runtime, logger, signal, onDropped, onEngineGone } = options;
  const spools = new Map<string, Promise<LogSpool>>();
  const opened = new Map<string, LogSpool>();
  const followers = new Map<string, { abort: AbortController; ended: Promise<void> }>();
  const listeners: (() => void)[] = [];
  const remarks = new Set<string>();
  let turn = 0;

  function spoolOf(allocationId: string): Promise<LogSpool> {
    const existing = spools.get(allocationId);
    if (existing) return existing;
    const opening = openLogSpool({
      directory: join(directory, allocationId),
      maxBytes: maxBytesPerAllocation,
      ...(onDropped ? { onDropped } : {}),
    });
    spools.set(allocationId, opening);
    opening.then(
      (spool) => opened.set(allocationId, spool),
      () => spools.delete(allocationId),
    );
    return opening;
  }

  async function read(allocationId: string, containerId: string, stop: AbortSignal): Promise<void> {
    const spool = await spoolOf(allocationId);
    const from = positionIn(spool.position, containerId);
    const isRotated = from !== null && !(await isHeld(containerId, from, stop));
    if (isRotated) logger.warn({ event: 'logs.rotated', allocationId, containerId }, 'the engine rotated a log before it was read');
    const sinceMs = isRotated ? undefined : resumeFrom(from);
    const entries = runtime.readLogs(containerId, { follow: true, signal: stop, ...(sinceMs === undefined ? {} : { sinceMs }) });
    await pumpLog(entries, { spool, containerId, from, isRotated, flushMs, onChunk });
  }

  function isHeld(containerId: string, position: LogPosition, stop: AbortSignal): Promise<boolean> {
    const sinceMs = resumeFrom(position);
    return holds(position, runtime.readLogs(containerId, { follow: false, signal: stop, ...(sinceMs === undefined ? {} : { sinceMs }) }));
  }

  async function onChunk(): Promise<void> {
    for (const listener of listeners) listener();
    for (const spool of [...opened.values()].toSorted((a, b) => b.pendingBytes - a.pendingBytes)) {
      const over = backlog().bytes - maxBytes;
      if (over <= 0) return;
      await spool.shed(spool.pendingBytes - over);
    }
  }

  const backlog = (): { chunks: number; bytes: number } => {
    const all = [...opened.values()];
    return {
      chunks: all.reduce((sum, { pendingCount }) => sum + pendingCount, 0),
      bytes: all.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0),
    };
  };

  function follow(allocationId: string, containerId: string): void {
    if (followers.has(allocationId)) return;
    const abort = new AbortController();
    const ended = read(allocationId, containerId, AbortSignal.any([abort.signal, signal]))
      .catch((err: unknown) => {
        logger.warn({ event: 'logs.interrupted', allocationId, err }, 'a log cannot be followed; it is taken up again');
        if (AppError.is(err, 'DOCKER_UNAVAILABLE')) onEngineGone?.(err);
      })
      .finally(() => followers.delete(allocationId));
    followers.set(allocationId, { abort, ended });
  }

  async function drain(allocationId: string, containerId: string): Promise<void> {
    const follower = followers.get(allocationId);
    if (follower) {
      const timer = setTimeout(() => follower.abort.abort(), FOLLOWER_END_MS);
      await follower.ended;
      clearTimeout(timer);
    }
    // Once more from the position: what a follower missed by breaking off is still in the engine's log.
    await read(allocationId, containerId, signal);
  }

  async function remark(allocationId: string, text: string, at: number): Promise<void> {
    const key = `${allocationId} ${text}`;
    if (remarks.has(key)) return;
    const spool = await spoolOf(allocationId);
    await spool.append([{ at, stream: 'stderr', text: `[muster] ${text}` }], spool.position);
    remarks.add(key);
    await onChunk();
  }

  async function pending(limit: number, isWanted: (allocationId: string) => boolean = () => true): Promise<LogChunk[]> {
    const waiting = [...opened].filter(([allocationId, { pendingCount }]) => pendingCount > 0 && isWanted(allocationId));
    const share = Math.max(1, Math.floor(limit / Math.max(1, waiting.length)));
    // Where there are more than fit, those who were last this time are first the next.
    const first = turn % Math.max(1, waiting.length);
    const chosen = [...waiting.slice(first), ...waiting.slice(0, first)].slice(0, limit);
    turn = first + chosen.length;
    const chunks: LogChunk[] = [];
    for (const [allocationId, spool] of chosen)
      for (const { sequence, lines } of await spool.pending(share)) chunks.push({ allocationId, sequence, lines });
    return chunks;
  }

  async function acknowledge(acked: readonly { allocationId: string; sequence: number }[]): Promise<void> {
    for (const [allocationId, spool] of opened) {
      const sequences = acked.filter((chunk) => chunk.allocationId === allocationId).map(({ sequence }) => sequence);
      if (sequences.length > 0) await spool.acknowledge(sequences);
    }
  }

  async function forget(allocationId: string): Promise<void> {
    spools.delete(allocationId);
    opened.delete(allocationId);
    await rm(join(directory, allocationId), { recursive: true, force: true });
  }

  // What a former life of the agent left undelivered.
  for (const entry of await readdir(directory, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory()) await spoolOf(entry.name);
  }

  return {
    follow,
    drain,
    remark,
    pending,
    acknowledge,
    forget,
    hasPending: (allocationId) => (opened.get(allocationId)?.pendingCount ?? 0) > 0,
    backlog,
    onChunk: (listener) => void listeners.push(listener),
  };
}
