import { shortHash } from './format.ts';
import { phaseInfo, type PhaseKind, type Tone } from './phases.ts';
import type { TimelineView } from './trpc/outputs.ts';

const KINDS: ReadonlySet<string> = new Set<PhaseKind>(['node', 'task', 'allocation', 'run']);
const isPhaseKind = (kind: string): kind is PhaseKind => KINDS.has(kind);

/** Addresses, hashes and ids inside a text, cut to what tells them apart. */
export const shortenIds = (text: string): string =>
  text
    .replaceAll(/0x[0-9a-fA-F]{40,}/g, (hash) => shortHash(hash))
    .replaceAll(/\b([0-9a-f]{8})-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '$1');

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
    reason: [reason ? shortenIds(reason) : '', by].filter(Boolean).join(' · '),
  };
}
