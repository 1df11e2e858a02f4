import { phaseInfo, type PhaseKind, type Tone } from './phases.ts';
import { readableReason, shortenIds } from './reason.ts';
import type { TimelineView } from './trpc/outputs.ts';

const KINDS: ReadonlySet<string> = new Set<PhaseKind>(['node', 'task', 'allocation', 'run']);
const isPhaseKind = (kind: string): kind is PhaseKind => KINDS.has(kind);

export type DescribedEvent = { tone: Tone; subject: string; change: string; reason: string };

/** A timeline event in words: `Invited → Healthy`, of which subject, why and by whom. */
export function describeEvent({ kind, subject, actor, from, to, reason }: TimelineView): DescribedEvent {
  const tone = isPhaseKind(kind) ? phaseInfo(kind, to).tone : kind === 'chain' ? toneOfChain(to) : 'neutral';
  // The registry's own events name what they are about.
  const named = kind === 'chain' || subject.startsWith(kind) || subject === '' ? subject || kind : `${kind} ${subject}`;
  const by = actor === '' || actor === subject ? '' : `by ${shortenIds(actor)}`;
  return {
    tone,
    subject: shortenIds(named).replace(/[:/]/, ' '),
    change: from ? `${from} → ${to}` : to,
    reason: [reason ? readableReason(reason) : '', by].filter(Boolean).join(' · '),
  };
}

const CHAIN_TONES: readonly (readonly [RegExp, Tone])[] = [
  [/^(Run created|Approved on chain|Approving verdict)$/, 'ok'],
  [/^(Rejected|Ejected|Invalidated) on chain$|^Rejecting verdict$/, 'bad'],
  [/^(Run closed|Left on chain)$/, 'ended'],
  [/^(Owner|Master) changed$|^Ownership offered$/, 'warn'],
];
const toneOfChain = (change: string): Tone => CHAIN_TONES.find(([pattern]) => pattern.test(change))?.[1] ?? 'neutral';
