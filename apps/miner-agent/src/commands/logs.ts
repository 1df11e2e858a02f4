import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@muster/protocol/errors/app-error';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import type { Config } from '../config.ts';
import { openLogSpool } from '../logs/log-spool.ts';
import { readRecords } from '../operator/report-from-disk.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { LABEL, readLabels } from '../reconcile/labels.ts';
import { runDirectory } from '../state/open-stores.ts';
import { print } from './print.ts';
import { openSurroundings } from './surroundings.ts';

export interface LogsOptions {
  follow?: boolean;
  tail?: string;
}

interface Source {
  allocationId: string;
  taskId: string;
  containerId: string;
}

/** What the containers of an allocation or a task (by the start of its id) wrote, from Docker; of a container that is gone, what waits for delivery. */
export async function logsCommand(config: Config, id: string | undefined, { follow = false, tail }: LogsOptions): Promise<void> {
  const lines = tailOf(tail);
  const { identity } = await openSurroundings(config);
  const runtime = createDockerRuntime({ dockerHost: config.dockerHost });
  const sources = (await listSources(runtime, identity.node)).filter(
    ({ allocationId, taskId }) => id === undefined || allocationId.startsWith(id) || taskId.startsWith(id),
  );
  if (sources.length === 0) return printSpooled(runDirectory(config.dataDir, identity), id, lines);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  await Promise.all(
    sources.map(async ({ allocationId, containerId }) => {
      const prefix = sources.length > 1 ? `${allocationId.slice(0, 8)} | ` : '';
      const entries = runtime.readLogs(containerId, { follow, signal: stop.signal, ...(lines === undefined ? {} : { tail: lines }) });
      for await (const { text } of entries) print(`${prefix}${text}`);
    }),
  );
}

function tailOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new AppError('BAD_INPUT', { publicMessage: '--tail: expected a number of lines', hint: 'Example: muster-miner logs --tail 100' });
}

async function listSources(runtime: ContainerRuntime, node: `0x${string}`): Promise<Source[]> {
  const found = await runtime.listContainers({ [LABEL.node]: node, [LABEL.role]: 'allocation' });
  return found.flatMap(({ id, labels }) => {
    const owner = readLabels(labels, node);
    return owner ? [{ allocationId: owner.allocationId, taskId: owner.taskId, containerId: id }] : [];
  });
}

/** Reading a spool changes nothing in it, so a running agent is not disturbed. */
async function printSpooled(directory: string, id: string | undefined, lines = Number.POSITIVE_INFINITY): Promise<void> {
  const taskOf = new Map((await readRecords(directory)).map(({ allocationId, taskId }) => [allocationId, taskId]));
  const isMeant = (name: string) => id === undefined || name.startsWith(id) || (taskOf.get(name)?.startsWith(id) ?? false);
  const names = (await readdir(join(directory, 'logs')).catch(() => [])).filter(isMeant);
  if (names.length === 0)
    throw new AppError('NOT_FOUND', {
      publicMessage:
        id === undefined ? 'Nothing of this node runs here, and no log waits' : `No allocation or task of this node begins with ${id}`,
      hint: '`muster-miner status` shows what is here.',
    });
  for (const name of names) {
    const spool = await openLogSpool({ directory: join(directory, 'logs', name), maxBytes: Number.POSITIVE_INFINITY });
    const texts = (await spool.pending(Number.POSITIVE_INFINITY)).flatMap((chunk) => chunk.lines.map(({ text }) => text));
    for (const text of lines === 0 ? [] : texts.slice(-Math.min(lines, texts.length)))
      print(`${names.length > 1 ? `${name.slice(0, 8)} | ` : ''}${text}`);
  }
}
