import { Card, Section } from '../../components/ui/card.tsx';
import { DefinitionList } from '../../components/ui/definition-list.tsx';
import { formatBytes, plural } from '../../lib/format.ts';
import { summarizeGpus } from '../../lib/node-summary.ts';
import type { NodeDetail } from '../../lib/trpc/outputs.ts';

type Offer = NonNullable<NodeDetail['offer']>;

const FEATURES = [
  ['gpu', 'GPUs'],
  ['egress', 'connections out'],
  ['root', 'root'],
  ['ports', 'published ports'],
] as const;
/** As many as an agent can name: then its owner has set no bound. */
const UNBOUNDED = 1000;

/** What the node's owner lets tasks have: placement goes by this, the node holds to it. */
export const OfferSection = ({ offer }: { offer: Offer | null }) =>
  offer === null ? null : (
    <Section title="Offers to tasks">
      <Card>
        <DefinitionList className="px-5 py-1" items={itemsOf(offer)} />
      </Card>
    </Section>
  );

const figure = (text: string) => <span className="figures">{text}</span>;

function itemsOf({ capacity, perAllocation, features, maxAllocations, accepting, reason }: Offer) {
  const { cpu, memoryBytes, diskBytes, gpus } = capacity;
  const granted = FEATURES.flatMap(([name, words]) => (features[name] ? [words] : []));
  const most = [
    perAllocation.cpu === undefined ? null : plural(perAllocation.cpu, 'thread'),
    perAllocation.memoryBytes === undefined ? null : `${formatBytes(perAllocation.memoryBytes)} memory`,
    perAllocation.diskBytes === undefined ? null : `${formatBytes(perAllocation.diskBytes)} disk`,
    perAllocation.gpus === undefined ? null : plural(perAllocation.gpus, 'GPU'),
  ].filter((bound) => bound !== null);
  return [
    { term: 'New work', value: accepting ? 'taken' : (reason ?? 'not now') },
    { term: 'In all', value: figure(`${plural(cpu, 'thread')}, ${formatBytes(memoryBytes)} memory, ${formatBytes(diskBytes)} disk`) },
    ...(gpus.length === 0 ? [] : [{ term: 'GPUs', value: summarizeGpus(gpus) }]),
    ...(most.length === 0 ? [] : [{ term: 'At most for one copy', value: figure(most.join(', ')) }]),
    ...(maxAllocations >= UNBOUNDED ? [] : [{ term: 'At once', value: figure(plural(maxAllocations, 'copy', 'copies')) }]),
    { term: 'Grants', value: granted.length === 0 ? <span className="text-muted">nothing beyond that</span> : granted.join(', ') },
  ];
}
