import { phaseInfo, type PhaseKind, type Tone } from './phases.ts';
import { readableReason, shortenIds } from './reason.ts';
import type { TimelineView } from './trpc/outputs.ts';

const KINDS: ReadonlySet<string> = new Set<PhaseKind>(['node', 'task', 'allocation', 'run']);
const isPhaseKind = (kind: string): kind is PhaseKind => KINDS.has(kind);

export type DescribedEvent = { tone: Tone; subject: string; change: string; reason: string };

/** A timeline event in words: `Invited → Healthy`, of which subject, why and by whom. */
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
