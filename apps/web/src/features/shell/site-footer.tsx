'use client';
import { Hash } from '../../components/ui/copyable.tsx';
import { useMasterInfo } from '../../lib/use-master-info.ts';
import { addressUrl, networkOf } from '../../lib/wallet/networks.ts';

/** What a buyer may want to check against the chain: which registry this is, and which key coordinates. */
export const SiteFooter = () => {
  const { data: info } = useMasterInfo();
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex min-h-14 max-w-6xl flex-wrap items-center gap-x-6 gap-y-1 px-4 py-3 text-xs text-faint sm:px-6">
        <span>Muster {info?.version ?? ''}</span>
        <span className="flex-1" />
        {info ? (
          <>
            <span className="inline-flex items-center gap-1.5">
              Registry{' '}
              <Hash value={info.registry} label="registry address" href={addressUrl(networkOf(info), info.registry)} className="text-xs" />
            </span>
            <span className="inline-flex items-center gap-1.5">
              Master <Hash value={info.address} label="master address" className="text-xs" />
            </span>
          </>
        ) : null}
      </div>
    </footer>
  );
};
