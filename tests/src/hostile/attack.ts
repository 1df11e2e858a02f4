import type { AllocationStatus } from '@muster/protocol/messages/frames';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import type Docker from 'dockerode';
import type { HostileStage } from './stage.ts';

export const MiB = 1024 * 1024;
export const shell = (script: string): string[] => ['sh', '-c', script];

export interface AttackContext {
  stage: HostileStage;
  docker: Docker;
  /** Of the attacking container. */
  allocationId: string;
}

/** A container that means harm, and what must come of it. A line with BREACH in its log always fails it. */
export interface Attack {
  name: string;
  quick?: boolean;
  /** Against the kernel that containers share: gVisor puts one of its own in between, and answers as it likes (docs/operations/isolation.md). */
  sharedKernel?: boolean;
  spec: Partial<TaskSpec> | ((stage: HostileStage) => Promise<Partial<TaskSpec>>);
  /** Left to itself until then, and stopped by the buyer. Without it, it ends by itself. */
  stopAfterMs?: number;
  graceMs?: number;
  /** How it ends, as the buyer sees it. */
  ends: { phase: AllocationStatus['phase']; code?: string; exitCode?: number };
  /** Each must be in its log. */
  says?: readonly RegExp[];
  /** More to look at, once it has ended; what it returns is part of what was seen. */
  afterwards?(context: AttackContext): Promise<string>;
}
