import { readFileSync } from 'node:fs';

/** What a real nvidia-smi said, by what it was asked; each file names the card, the driver and where it was published. */
export interface Recording {
  /** Of the question for figures. */
  query: string;
  exitCode: number;
  /** Of -L, and of -q, where a GPU is divided. */
  list: string;
  report: string;
  /** The field that it refuses first, in its own words; empty when it knows them all. */
  refusal: { field: string; words: string } | null;
}

const FOLDER = new URL('../adapters/host/nvidia-smi/recordings/', import.meta.url);

export function readRecording(name: string): Recording {
  const text = readFileSync(new URL(`${name}.txt`, FOLDER), 'utf8').replaceAll(/^#.*\n/gm, '');
  const parts = text.split(/^== /m).slice(1);
  const part = (title: string) => parts.find((one) => one.startsWith(title));
  const bodyOf = (title: string) => part(title)?.replace(/^.*\n/, '') ?? '';
  const refusing = part('refuses ');
  return {
    query: bodyOf('query'),
    exitCode: Number(/^query (\d+)/.exec(part('query') ?? '')?.[1] ?? 0),
    list: bodyOf('list'),
    report: bodyOf('report'),
    refusal: refusing ? { field: /^refuses (\S+)/.exec(refusing)?.[1] ?? '', words: bodyOf('refuses ') } : null,
  };
}
