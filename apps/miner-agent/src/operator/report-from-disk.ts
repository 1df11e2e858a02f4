import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonFile } from '@muster/runtime/atomic-file';
import type { Address } from 'viem';
import { EMPTY_LEDGER, imageLedgerSchema, summaryOf } from '../images/ledger.ts';
import type { ContainerRuntime, ObservedContainer } from '../ports/container-runtime.ts';
import { allocationRecordSchema, type AllocationRecord } from '../reconcile/desired.ts';
import { LABEL, readLabels } from '../reconcile/labels.ts';
import { IDLE, statusOf } from '../reconcile/status.ts';
import { agentStateSchema } from '../state/agent-state.ts';
import type { AgentReport, AllocationReport } from './agent-report.ts';
import { standOf } from './report-self.ts';

export interface DiskInput {
  version: string;
  /** Of this run, inside the data directory. */
  directory: string;
  /** What the agent has pulled, for whichever run. */
  imagesFile: string;
  node: Address;
  runtime: Pick<ContainerRuntime, 'listContainers'>;
  now: number;
}

/** What can be said while no agent runs: what it wrote down, and what Docker has of it. Reads only. */
export async function reportFromDisk({ version, directory, imagesFile, node, runtime, now }: DiskInput): Promise<AgentReport> {
  const [state, records, containers, spool, ledger] = await Promise.all([
    readJsonFile(join(directory, 'agent.json'), agentStateSchema),
    readRecords(directory),
    // An engine that does not answer runs nothing that we could show.
    runtime.listContainers({ [LABEL.node]: node, [LABEL.role]: 'allocation' }).catch(() => []),
    measureSpool(join(directory, 'logs')),
    readJsonFile(imagesFile, imageLedgerSchema),
  ]);
  return {
    running: false,
    version,
    pid: null,
    startedAt: null,
    ...standOf(state),
    session: null,
    fenced: false,
    offer: null,
    usage: null,
    allocations: records.map((record) => reportRecord({ record, containers, node, now })),
    spool,
    images: summaryOf(ledger ?? EMPTY_LEDGER, null),
    orphans: null,
  };
}

interface RecordInput {
  record: AllocationRecord;
  containers: readonly ObservedContainer[];
  node: Address;
  now: number;
}

function reportRecord({ record, containers, node, now }: RecordInput): AllocationReport {
  const { allocationId, taskId, epoch, spec } = record;
  const owns = ({ labels }: ObservedContainer) => {
    const owner = readLabels(labels, node);
    return owner?.allocationId === allocationId && owner.epoch === epoch;
  };
  const { phase, reason, containerId, startedAt } = statusOf({ record, container: containers.find(owns) ?? null, activity: IDLE, now });
  return {
    allocationId,
    taskId,
    epoch,
    image: spec.image,
    phase,
    reason: reason ?? null,
    containerId: containerId ?? null,
    startedAt: startedAt ?? null,
    usage: null,
  };
}

/** What a run's directory knows of allocations. */
export async function readRecords(runDirectory: string): Promise<AllocationRecord[]> {
  const directory = join(runDirectory, 'allocations');
  const names = (await namesIn(directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const found = await Promise.all(names.map((name) => readJsonFile(join(directory, name), allocationRecordSchema)));
  return found.filter((record) => record !== null && record !== undefined);
}

async function measureSpool(directory: string): Promise<AgentReport['spool']> {
  const files = await Promise.all(
    (await namesIn(directory)).map(async (id) => (await namesIn(join(directory, id))).map((name) => join(directory, id, name))),
  );
  const chunks = files.flat().filter((path) => /chunk-\d+\.json$/.test(path));
  const sizes = await Promise.all(
    chunks.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return { chunks: chunks.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

const namesIn = (directory: string): Promise<string[]> => readdir(directory).catch(() => []);
