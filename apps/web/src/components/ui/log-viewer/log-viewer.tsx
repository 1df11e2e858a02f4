'use client';
import { ArrowDown } from 'lucide-react';
import { useMemo, useState, type ReactNode } from 'react';
import type { LogSnapshot } from '../../../lib/logs/log-buffer.ts';
import { findLines } from '../../../lib/logs/search.ts';
import { Button } from '../button.tsx';
import { ScrollBox } from '../scroll-box.tsx';
import { LogBlock, type LogLook } from './log-block.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { useFollow } from './use-follow.ts';

type LogViewerProps = {
  snapshot: LogSnapshot;
  label: string;
  /** Shown in place of the lines while there are none. */
  empty: ReactNode;
  /** At the left of the toolbar: which log this is. */
  source?: ReactNode;
  onDownload?: () => void;
  downloading?: boolean;
};

/** A log that follows its end, can be paused, searched, wrapped and downloaded. */
export const LogViewer = ({ snapshot, label, empty, source, onDownload, downloading }: LogViewerProps) => {
  const [frozen, setFrozen] = useState<LogSnapshot | null>(null);
  const [search, setSearch] = useState('');
  // -1: nothing was gone to yet, so that the first step goes to the first hit.
  const [at, setAt] = useState(-1);
  const [wrap, setWrap] = useState(true);
  const [times, setTimes] = useState(true);
  const shown = frozen ?? snapshot;
  const { ref, following, onScroll, follow, unfollow } = useFollow<HTMLElement>();
  const hits = useMemo(() => findLines(shown, search), [shown, search]);
  const look = useMemo<LogLook>(() => ({ search, wrap, times }), [search, wrap, times]);
  const current = Math.min(at, hits.length - 1);
  const currentId = hits[current] ?? null;

  const goTo = (index: number): void => {
    setAt(index);
    unfollow();
    ref.current?.querySelector(`[data-line="${hits[index]}"]`)?.scrollIntoView({ block: 'center' });
  };
  const step = (by: 1 | -1): void => {
    if (hits.length > 0) goTo((Math.max(current, by === 1 ? -1 : 0) + by + hits.length) % hits.length);
  };
  const missed = frozen ? snapshot.total - frozen.total : 0;

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <LogToolbar
        search={search}
        onSearch={(value) => {
          setSearch(value);
          setAt(-1);
        }}
        hits={{ count: hits.length, current }}
        onStep={step}
        paused={frozen !== null}
        onPause={() => setFrozen(frozen ? null : snapshot)}
        wrap={wrap}
        onWrap={() => setWrap(!wrap)}
        times={times}
        onTimes={() => setTimes(!times)}
        onDownload={onDownload}
        downloading={downloading ?? false}
      >
        {source}
      </LogToolbar>
      <div className="relative min-h-0 flex-1">
        <ScrollBox
          ref={ref}
          onScroll={onScroll}
          role="log"
          label={label}
          aria-live="off"
          data-testid="log-view"
          className="h-full overflow-auto overscroll-contain bg-sunken/60 py-2 font-mono text-xs -outline-offset-2"
        >
          {shown.dropped > 0 ? (
            <p className="px-3 pb-2 text-faint">
              {shown.dropped.toLocaleString('en')} older lines are not shown here; the download has all of them.
            </p>
          ) : null}
          {shown.total === 0 ? <div className="px-4 py-3 font-sans text-sm text-muted">{empty}</div> : null}
          {shown.blocks.map((block) => (
            <LogBlock
              key={block.id}
              block={block}
              look={look}
              currentId={block.records.some((record) => record.id === currentId) ? currentId : null}
            />
          ))}
        </ScrollBox>
        {missed > 0 || (!following && shown.total > 0) ? (
          <Button
            size="sm"
            className="absolute right-4 bottom-3 animate-rise rounded-full shadow-float"
            icon={<ArrowDown aria-hidden />}
            onClick={() => {
              setFrozen(null);
              follow();
            }}
          >
            {missed > 0 ? `${missed.toLocaleString('en')} new` : 'Follow'}
          </Button>
        ) : null}
      </div>
    </div>
  );
};
