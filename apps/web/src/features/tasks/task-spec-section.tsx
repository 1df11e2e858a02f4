import { demandOf } from '@muster/protocol/task-spec/defaults';
import type { TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { Card, Section } from '../../components/ui/card.tsx';
import { CopyButton, Hash } from '../../components/ui/copyable.tsx';
import { DefinitionList, type Definition } from '../../components/ui/definition-list.tsx';
import { ScrollBox } from '../../components/ui/scroll-box.tsx';
import { formatBytes, formatDuration, plural } from '../../lib/format.ts';
import { gpuText } from '../../lib/spec-summary.ts';

const shown = (items: readonly (Definition | null)[]): Definition[] => items.filter((item) => item !== null);

/** What was ordered: the spec with its defaults, and the hash that the orders carry. */
export const TaskSpecSection = ({ spec, specHash, imageDigest }: { spec: TaskSpec; specHash: string; imageDigest: string | null }) => {
  const { cpu, memoryBytes, gpu } = demandOf(spec);
  const items = shown([
    {
      term: 'Image',
      value: imageDigest === null ? 'pinned by its first node' : <Hash value={imageDigest.replace('sha256:', '')} label="image digest" />,
    },
    { term: 'Copies', value: <span className="figures">{spec.replicas === 'all' ? 'every node' : spec.replicas}</span> },
    { term: 'CPU', value: <span className="figures">{plural(cpu, 'thread')}</span> },
    { term: 'Memory', value: <span className="figures">{formatBytes(memoryBytes)}</span> },
    gpu === null ? null : { term: 'GPU', value: <span className="figures">{gpuText(gpu)}</span> },
    { term: 'Restart', value: spec.restart.policy === 'never' ? 'never' : `${spec.restart.policy}, at most ${spec.restart.maxRetries}×` },
    { term: 'Grace', value: <span className="figures">{formatDuration(spec.graceMs)}</span> },
    spec.timeoutMs === undefined ? null : { term: 'Timeout', value: <span className="figures">{formatDuration(spec.timeoutMs)}</span> },
    { term: 'Network', value: spec.network },
    spec.ports === undefined
      ? null
      : {
          term: 'Ports',
          value: <span className="figures">{spec.ports.map(({ name, port, protocol }) => `${name} ${port}/${protocol}`).join(', ')}</span>,
        },
    { term: 'Spec hash', value: <Hash value={specHash} label="spec hash" /> },
  ]);
  const json = JSON.stringify(spec, null, 2);
  return (
    <Section title="Spec" action={<CopyButton text={json} label="spec as JSON" />}>
      <Card className="px-4 py-1">
        <DefinitionList items={items} />
        <details className="group border-t border-line py-2.5 text-sm">
          <summary className="cursor-pointer text-muted hover:text-ink">Whole spec</summary>
          <ScrollBox label="Whole spec as JSON" className="mt-2 max-h-80 overflow-auto rounded-md bg-sunken p-3">
            <pre className="font-mono text-2xs leading-4">{json}</pre>
          </ScrollBox>
        </details>
      </Card>
    </Section>
  );
};
