import type { RunOnChain } from '@muster/chain/actions/get-run';
import type { RegistrationOnChain } from '@muster/chain/actions/get-registration';
import type { Standing } from '@muster/domain/registry/standing';
import type { CapabilityDocument } from '@muster/protocol/capabilities';
import { specHash, type TaskSpec } from '@muster/protocol/task-spec/task-spec';
import { zeroAddress, zeroHash, type Address } from 'viem';
import type { AllocationRecord, Outcome } from '../reconcile/desired.ts';

export const TEST_NODE: Address = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
export const OTHER_NODE: Address = '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512';

export const testSpec = (spec: Partial<TaskSpec> = {}): TaskSpec => ({
  image: 'muster/demo:latest',
  env: {},
  resources: { memoryBytes: 32 * 1024 * 1024, cpu: 0.5 },
  replicas: 1,
  volumes: [],
  restart: { policy: 'never', maxRetries: 0, backoffMs: 0 },
  graceMs: 1_000,
  network: 'none',
  readOnlyRoot: true,
  labels: {},
  ...spec,
});

const HASH = specHash(testSpec());

/** The hash of the spec matters only where a test says so. */
export function testRecord(record: Partial<AllocationRecord> = {}): AllocationRecord {
  const spec = record.spec ?? testSpec();
  return {
    runId: '1',
    taskId: '11111111-1111-4111-8111-111111111111',
    allocationId: '22222222-2222-4222-8222-222222222222',
    epoch: 1,
    replica: 0,
    specHash: HASH,
    spec,
    imageDigest: null,
    image: null,
    gpus: [],
    ports: [],
    registryAuth: null,
    version: { masterEpoch: 1, counter: 1 },
    stop: null,
    restart: null,
    restarts: 0,
    containerId: null,
    outcome: null,
    acceptedAt: 1_000,
    ...record,
  };
}

export const testOutcome = (outcome: Partial<Outcome> = {}): Outcome => ({
  phase: 'Succeeded',
  reason: 'exit code 0',
  exitCode: 0,
  oomKilled: false,
  error: null,
  containerId: null,
  imageId: null,
  startedAt: null,
  endedAt: 1,
  ...outcome,
});

export const testRun: RunOnChain = {
  runId: '1',
  owner: zeroAddress,
  pendingOwner: null,
  createdAt: 0,
  closedAt: null,
  master: zeroAddress,
  masterEpoch: 1,
  masterSince: 0,
  validators: zeroAddress,
  gate: zeroAddress,
  quorum: 1,
  termsHash: zeroHash,
  discoveryUri: '',
  requirements: '',
};

export const testRegistration = (standing: Standing, seq = 1): RegistrationOnChain => ({
  runId: '1',
  node: TEST_NODE,
  provider: zeroAddress,
  seq,
  round: 1,
  approvals: 0,
  rejections: 0,
  standing,
  banned: false,
  registeredAt: 0,
  roundOpenedAt: 0,
  approvedAt: null,
  endedAt: null,
  pastSeconds: 0,
  capabilitiesHash: zeroHash,
});

export const testCapabilities: CapabilityDocument = {
  version: 1,
  cpu: { model: 'test', cores: 2, threads: 4 },
  memoryBytes: 8e9,
  diskBytes: 1e11,
  gpus: [],
  os: { platform: 'linux', kernel: '6', arch: 'x64' },
  docker: { version: '20' },
  agent: { version: '0' },
};
