import { z } from 'zod';
import { timestampMsSchema } from '@muster/protocol/primitives';
import type { StopReason } from '../loops/stop-allocations.ts';
import type { AgentState } from '../state/agent-state.ts';

/** The machine's owner wants it back for a while: nothing new, and what still runs at the deadline is stopped. */
export const ownerDrainSchema = z.strictObject({
  reason: z.string().min(1).max(200),
  /** Null: what runs may run out. */
  deadline: timestampMsSchema.nullable(),
  since: timestampMsSchema,
});
export type OwnerDrain = z.infer<typeof ownerDrainSchema>;

/** Why the node takes nothing new, whoever wished it. */
export interface Drain {
  by: 'owner' | 'master';
  reason: string;
  deadline: number | null;
  /** What is said of an allocation that is stopped for it. */
  stop: StopReason;
}

/** Both may be in force at once; each has its own end. Pure. */
export function drainsOf({ drain, ownerDrain }: Pick<AgentState, 'drain' | 'ownerDrain'>): Drain[] {
  const byMaster: Drain[] = drain
    ? [{ ...drain, by: 'master', stop: { phase: 'Cancelled', reason: text(`drained: ${drain.reason}`) } }]
    : [];
  // Lost, so that the master places it elsewhere: nobody has cancelled the work.
  const byOwner: Drain[] = ownerDrain
    ? [{ ...ownerDrain, by: 'owner', stop: { phase: 'Lost', reason: text(`the machine's owner drains it: ${ownerDrain.reason}`) } }]
    : [];
  return [...byMaster, ...byOwner];
}

/** For the master and its buyers; null: the node is not draining. */
export function whyDraining(state: Pick<AgentState, 'drain' | 'ownerDrain'>): string | null {
  const [first] = drainsOf(state);
  if (!first) return null;
  return first.deadline === null ? first.reason : `${first.reason}; what runs is stopped by ${new Date(first.deadline).toISOString()}`;
}

/** With its grace period an allocation has ended at the deadline, not only begun to. */
export const isDue = ({ deadline }: Drain, graceMs: number, now: number): boolean => deadline !== null && now >= deadline - graceMs;

const text = (reason: string): string => reason.slice(0, 500);
