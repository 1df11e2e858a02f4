import { open, readFile } from 'node:fs/promises';
import { registryEventSchema } from '@muster/domain/registry/events';
import { writeFileAtomic } from '@muster/runtime/atomic-file';
import { z } from 'zod';
import { FollowerMemory, type ReadableFollowerStore } from './memory-store.ts';

const blockSchema = z.object({ number: z.int(), hash: z.string(), timestamp: z.int() });
const deploymentSchema = z.object({ chainId: z.int(), registry: z.string(), block: z.int(), hash: z.string() });

const lineSchema = z.discriminatedUnion('op', [
  z.object({
    op: z.literal('append'),
    blocks: z.array(blockSchema),
    events: z.array(registryEventSchema),
    head: blockSchema,
    finalized: z.int(),
    deployment: deploymentSchema,
  }),
  z.object({ op: z.literal('rollback'), ancestor: blockSchema }),
]);
type Line = z.infer<typeof lineSchema>;

/** An idle chain with a busy head adds a line per poll; after so many the file is written anew as one line. */
const COMPACT_AFTER_LINES = 2000;

/**
 * A store in one file, for daemons without a database: one line per change. The chain is the truth and the file a copy, so
 * whatever a crash tore or lost is dropped on reading, and the follower reads those blocks again. One process at a time may
 * use the file.
 */
export function createFileStore(path: string, { compactAfterLines = COMPACT_AFTER_LINES } = {}): ReadableFollowerStore {
  let loading: Promise<FollowerMemory> | undefined;
  let lines = 0;
  let tail: Promise<unknown> = Promise.resolve();

  async function load(): Promise<FollowerMemory> {
    const memory = new FollowerMemory();
    for (const line of intactLines(await readText(path))) apply(memory, line);
    // Without a torn line at its end, to which the next one would be glued.
    await compact(memory);
    return memory;
  }

  async function compact(memory: FollowerMemory): Promise<void> {
    lines = memory.cursor ? 1 : 0;
    await writeFileAtomic(path, memory.cursor ? `${JSON.stringify(snapshotOf(memory))}\n` : '');
  }

  function memory(): Promise<FollowerMemory> {
    loading ??= load();
    loading.catch(() => (loading = undefined));
    return loading;
  }

  async function write<T>(line: Line, change: (memory: FollowerMemory) => T): Promise<T> {
    const store = await memory();
    await appendLine(path, line).catch((error: unknown) => {
      // A full disk may have left half a line: read again, without it, before the next one.
      loading = undefined;
      throw error;
    });
    const result = change(store);
    if (++lines >= compactAfterLines) await compact(store);
    return result;
  }

  function inOrder<T>(job: () => Promise<T>): Promise<T> {
    const result = tail.then(job, job);
    tail = result.catch(() => undefined);
    return result;
  }

  return {
    readCursor: async () => (await memory()).cursor,
    recentBlocks: async (limit) => (await memory()).recentBlocks(limit),
    events: async () => (await memory()).events(),
    append: (input) =>
      inOrder(() =>
        write({ op: 'append', ...input, blocks: [...input.blocks], events: [...input.events] }, (store) => store.append(input)),
      ),
    rollbackTo: (ancestor) => inOrder(() => write({ op: 'rollback', ancestor }, (store) => store.rollbackTo(ancestor))),
  };
}

function apply(memory: FollowerMemory, line: Line): void {
  if (line.op === 'append') memory.append(line);
  else memory.rollbackTo(line.ancestor);
}

function snapshotOf(memory: FollowerMemory): Line {
  if (!memory.cursor) throw new Error('an empty store has no snapshot');
  return { op: 'append', blocks: memory.recentBlocks(Number.MAX_SAFE_INTEGER), events: memory.events(), ...memory.cursor };
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** The lines up to the first that is torn or damaged. */
function intactLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) break;
    lines.push(parsed.data);
  }
  return lines;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function appendLine(path: string, line: Line): Promise<void> {
  const handle = await open(path, 'a', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(line)}\n`);
    // A head without events is not worth a flush: losing it costs one look at the chain.
    if (line.op === 'rollback' || line.events.length > 0) await handle.datasync();
  } finally {
    await handle.close();
  }
}
