'use client';
import { Dot } from '../../components/ui/status-pill.tsx';
import { useMasterInfo } from '../../lib/use-master-info.ts';
import { networkOf } from '../../lib/wallet/networks.ts';

/** Which chain this is, how far the server has read it, and whether it keeps up. */
export const ChainBadge = () => {
  const { data: info, isError } = useMasterInfo();
  const ok = info !== undefined && !info.chain.lagging && info.chain.error === null;
  const tone = info === undefined ? (isError ? 'bad' : 'neutral') : ok ? 'ok' : 'warn';
  const name = info === undefined ? (isError ? 'Server unreachable' : 'Connecting') : networkOf(info).name;
  const head = info?.chain.head;
  return (
    <span
      title={ok ? 'The chain that this server follows, and the newest block it has read' : 'See the notice at the top of the page'}
      className="hidden h-8 items-center gap-2 rounded-full px-3 text-xs text-muted ring-1 ring-line ring-inset md:inline-flex"
    >
      <Dot tone={tone} />
      {name}
      {head === null || head === undefined ? null : (
        <span className="figures font-mono text-faint">
          <span className="sr-only">block </span>#{head.toLocaleString('en')}
        </span>
      )}
    </span>
  );
};
