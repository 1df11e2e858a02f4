import type { GpuReading } from '../../../ports/host.ts';
import { isMissing, isTimedOut, runTool } from '../run-tool.ts';
import { grantableGpus, troubledGpus, usageOf } from './judge-gpus.ts';
import { parseGpuRows, QUERY_FIELDS, type QueryField } from './rows.ts';
import { parseSliceMemory, parseSlices } from './slices.ts';
import { explainFailure, parseLostGpus, refusedField } from './troubles.ts';

const PATIENCE_MS = 15_000;
const CSV = '--format=csv,noheader,nounits';

interface Answer {
  ok: boolean;
  isAbsent: boolean;
  /** Of both streams: which of them carries an error differs by driver. */
  text: string;
}

/** A driver in trouble can hang for ever; it gets a quarter of a minute. */
async function ask(args: readonly string[]): Promise<Answer> {
  const result = await runTool('nvidia-smi', args, { timeoutMs: PATIENCE_MS });
  const text = isTimedOut(result)
    ? `nvidia-smi did not answer within ${PATIENCE_MS / 1000} s`
    : [result.stdout, result.stderr].filter((part) => part !== '').join('\n');
  return { ok: result.code === 0, isAbsent: isMissing(result), text };
}

/** Without what the driver refuses: it names one field at a time, and answers nothing before it knows them all. */
async function askRows(): Promise<Answer & { fields: readonly QueryField[] }> {
  let fields: readonly QueryField[] = QUERY_FIELDS;
  for (;;) {
    const answer = await ask([`--query-gpu=${fields.join(',')}`, CSV]);
    const refused = answer.ok ? null : refusedField(answer.text);
    const rest = fields.filter((field) => field !== refused);
    if (rest.length === fields.length || rest.length === 0) return { ...answer, fields };
    fields = rest;
  }
}

/** Everything about NVIDIA's GPUs that the agent goes by, in one look: three calls where a GPU is divided, one elsewhere. */
export async function readGpus(): Promise<GpuReading> {
  const answer = await askRows();
  if (answer.isAbsent) return { state: 'absent' };
  const rows = parseGpuRows(answer.text, answer.fields);
  const lost = parseLostGpus(answer.text);
  if (!answer.ok && rows.length === 0 && !/No devices were found/i.test(answer.text))
    return { state: 'broken', ...explainFailure(answer.text) };
  if (rows.length === 0) return { state: 'ok', driver: null, gpus: [], troubled: lost, addresses: [], usage: [] };
  const divided = rows.some(({ isDivided }) => isDivided) ? await askSlices() : { slices: [], memory: [] };
  const facts = { rows, ...divided };
  return {
    state: 'ok',
    driver: rows.find(({ driver }) => driver !== null)?.driver ?? null,
    gpus: grantableGpus(facts),
    troubled: [...troubledGpus(facts), ...lost],
    addresses: rows.flatMap(({ address }) => address ?? []),
    usage: usageOf(facts),
  };
}

async function askSlices() {
  const [list, report] = await Promise.all([ask(['-L']), ask(['-q'])]);
  return { slices: parseSlices(list.text), memory: parseSliceMemory(report.text) };
}
