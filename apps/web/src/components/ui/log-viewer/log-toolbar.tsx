'use client';
import { ChevronDown, ChevronUp, Clock, Download, Pause, Play, Search, WrapText } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../../../lib/cn.ts';
import { Button } from '../button.tsx';
import { Input } from '../input.tsx';

type ToggleProps = { label: string; pressed: boolean; onPress: () => void; children: ReactNode };

const Toggle = ({ label, pressed, onPress, children }: ToggleProps) => (
  <Button
    variant="ghost"
    size="icon-sm"
    aria-label={label}
    title={label}
    aria-pressed={pressed}
    onClick={onPress}
    className={cn(pressed && 'bg-hover text-ink')}
  >
    {children}
  </Button>
);

export type LogToolbarProps = {
  search: string;
  onSearch: (search: string) => void;
  hits: { count: number; current: number };
  onStep: (step: 1 | -1) => void;
  paused: boolean;
  onPause: () => void;
  wrap: boolean;
  onWrap: () => void;
  times: boolean;
  onTimes: () => void;
  onDownload?: (() => void) | undefined;
  downloading?: boolean;
  children?: ReactNode;
};

export const LogToolbar = (props: LogToolbarProps) => {
  const { search, onSearch, hits, onStep, children } = props;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
      {children}
      <div className="relative min-w-40 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint" />
        <Input
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={search}
          onChange={(event) => onSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
          }}
          className="h-8 pr-20 pl-8 [&::-webkit-search-cancel-button]:hidden"
        />
        <output className="figures absolute inset-y-0 right-2.5 flex items-center text-xs text-faint">
          {search === '' ? '' : hits.current < 0 ? `${hits.count} found` : `${hits.current + 1} of ${hits.count}`}
        </output>
      </div>
      <div className="flex items-center gap-0.5">
        <Button variant="ghost" size="icon-sm" aria-label="Previous hit" disabled={hits.count === 0} onClick={() => onStep(-1)}>
          <ChevronUp aria-hidden />
        </Button>
        <Button variant="ghost" size="icon-sm" aria-label="Next hit" disabled={hits.count === 0} onClick={() => onStep(1)}>
          <ChevronDown aria-hidden />
        </Button>
        <span aria-hidden className="mx-1 h-4 w-px bg-line-strong" />
        <Toggle label={props.paused ? 'Go on' : 'Pause'} pressed={props.paused} onPress={props.onPause}>
          {props.paused ? <Play aria-hidden /> : <Pause aria-hidden />}
        </Toggle>
        <Toggle label="Wrap long lines" pressed={props.wrap} onPress={props.onWrap}>
          <WrapText aria-hidden />
        </Toggle>
        <Toggle label="Show times" pressed={props.times} onPress={props.onTimes}>
          <Clock aria-hidden />
        </Toggle>
        {props.onDownload ? (
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Download the whole log"
            title="Download the whole log"
            busy={props.downloading ?? false}
            icon={<Download aria-hidden />}
            onClick={props.onDownload}
          />
        ) : null}
      </div>
    </div>
  );
};
