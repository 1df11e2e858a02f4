import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GpuUsage } from '@muster/protocol/messages/frames';
import type { GpuReading } from '../../../ports/host.ts';
import { explainFailure, grantableGpus, parseGpuRows, parseMigDevices, parseMigParents, QUERY_FIELDS, usageOfRows } from './parse.ts';

const run = promisify(execFile);
const PATIENCE_MS = 15_000;
const CSV = '--format=csv,noheader,nounits';

type Answer = { ok: true; text: string } | { ok: false; isAbsent: boolean; text: string };

/** A driver in trouble can hang for ever; it gets a quarter of a minute. */
async function ask(args: readonly string[]): Promise<Answer> {
  try {
    const { stdout } = await run('nvidia-smi', [...args], { timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
    return { ok: true, text: stdout };
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const isHung = error instanceof Error && 'killed' in error && error.killed === true;
    if (isHung) return { ok: false, isAbsent, text: `nvidia-smi did not answer within ${PATIENCE_MS / 1000} s` };
    const said = error instanceof Error ? ['stdout', 'stderr'].map((name) => textOf(error, name)).join('\n') : '';
    return { ok: false, isAbsent, text: said.trim() || String(error) };
  }
}

const textOf = (error: Error, name: string): string => {
  const text: unknown = Reflect.get(error, name);
  return typeof text === 'string' ? text : '';
};

const askRows = (): Promise<Answer> => ask([`--query-gpu=${QUERY_FIELDS.join(',')}`, CSV]);

/** Everything about NVIDIA's GPUs that the agent goes by. */
export async function readGpus(): Promise<GpuReading> {
  const rows = await askRows();
  if (!rows.ok) {
    if (rows.isAbsent) return { state: 'absent' };
    if (/No devices were found/i.test(rows.text)) return { state: 'ok', gpus: [], driver: null };
    return { state: 'broken', ...explainFailure(rows.text) };
  }
  const parsed = parseGpuRows(rows.text);
  // Drivers before 450 know no MIG, and refuse the field: then nothing is divided.
  const [list, modes] = await Promise.all([ask(['-L']), ask(['--query-gpu=uuid,mig.mode.current', CSV])]);
  const gpus = grantableGpus({
    rows: parsed,
    slices: list.ok ? parseMigDevices(list.text) : [],
    migParents: modes.ok ? parseMigParents(modes.text) : new Set(),
  });
  return { state: 'ok', gpus, driver: parsed[0]?.driver ?? null };
}

/** How busy the GPUs are; empty while the driver does not say. */
export async function readGpuUsage(): Promise<GpuUsage[]> {
  const rows = await askRows();
  return rows.ok ? usageOfRows(parseGpuRows(rows.text)) : [];
}
