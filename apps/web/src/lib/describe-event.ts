import { phaseInfo, type PhaseKind, type Tone } from './phases.ts';
import { readableReason, shortenIds } from './reason.ts';
import type { TimelineView } from './trpc/outputs.ts';

const KINDS: ReadonlySet<string> = new Set<PhaseKind>(['node', 'task', 'allocation', 'run']);
const isPhaseKind = (kind: string): kind is PhaseKind => KINDS.has(kind);

export type DescribedEvent = { tone: Tone; subject: string; change: string; reason: string };

/** A timeline event in words: `node 0x12…34 · Invited → Healthy`, and who did it why. */
export function describeEvent({ kind, subject, actor, from, to, reason }: TimelineView): DescribedEvent {
  const tone = isPhaseKind(kind) ? phaseInfo(kind, to).tone : 'neutral';
  const named = subject.startsWith(kind) || subject === '' ? subject || kind : `${kind} ${subject}`;
  const by = actor === '' || actor === subject ? '' : `by ${shortenIds(actor)}`;
  return {
    tone,
    subject: shortenIds(named).replace(/[:/]/, ' '),
    change: from ? `${from} → ${to}` : to,
    reason: [reason ? readableReason(reason) : '', by].filter(Boolean).join(' · '),
  };
}
