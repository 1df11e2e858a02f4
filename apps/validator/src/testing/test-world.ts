import { registryEventSchema, type RegistryEvent } from '@muster/domain/registry/events';
import { applyRegistryEvents } from '@muster/domain/registry/fold';
import { EMPTY_REGISTRY, type RegistryState } from '@muster/domain/registry/state';
import { capabilitiesHash as hashCapabilities } from '@muster/protocol/capabilities';
import { createSigner } from '@muster/protocol/crypto/signer';
import { AppError } from '@muster/protocol/errors/app-error';
import { signMessage } from '@muster/protocol/messages/define-message';
import { musterDomain } from '@muster/protocol/messages/domain';
import { EndpointAnnouncement } from '@muster/protocol/messages/endpoint-announcement';
import { audienceOfOrigin, newHeader } from '@muster/protocol/messages/header';
import { createLogger } from '@muster/runtime/logger';
import type { Clock } from '@muster/runtime/clock';
import { CHALLENGE_KINDS, ROUND_PLAN } from '../challenges/kinds.ts';
import { roundRecordSchema, isFinished, type RoundJournal, type RoundRecord } from '../ports/journal.ts';
import { systemRandom } from '../ports/random.ts';
import type { VerdictCall } from '../ports/registry.ts';
import { roundName } from '../ports/round.ts';
import type { RoundDeps } from '../rounds/deps.ts';
import { CAPABILITIES } from '@muster/protocol/testing/capabilities';
import { answerChallenge, type TestNodeOptions } from './test-node.ts';

const key = (digit: number) => `0x${String(digit).repeat(64)}` as const;
const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const;
export const DISCOVERY_URI = 'http://127.0.0.1:4000/discovery';
export const START = 1_800_000_000_000;

export interface TestWorldOptions {
  cheat?: TestNodeOptions['cheat'];
  signWith?: TestNodeOptions['signWith'];
  nodeKey?: number;
}

/** One open run with one pending node, all ports in memory, the messages real. */
export function createTestWorld(options: TestWorldOptions = {}) {
  const domain = musterDomain({ chainId: 31337, registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3' });
  const validator = createSigner(key(1));
  const nodeSigner = createSigner(key(options.nodeKey ?? 2));
  const capabilitiesHash = hashCapabilities(CAPABILITIES);
  const clock = createTestClock(START);

  let events: RegistryEvent[] = [];
  let state: RegistryState = EMPTY_REGISTRY;
  const push = (name: string, args: object) => {
    const n = events.length + 1;
    const position = { blockNumber: n, blockHash: hash(n), blockTime: clock.now(), logIndex: 0, txHash: hash(n + 1_000) };
    events = [...events, registryEventSchema.parse({ name, args, position })];
    state = applyRegistryEvents(EMPTY_REGISTRY, events);
    return position;
  };
  const spec = {
    master: validator.address,
    validators: validator.address,
    gate: `0x${'0'.repeat(40)}`,
    quorum: 1,
    termsHash: hash(0),
    discoveryUri: DISCOVERY_URI,
    requirements: '',
  };
  push('RunCreated', { runId: '1', owner: validator.address, spec });
  push('Registered', { runId: '1', node: nodeSigner.address, provider: validator.address, seq: 1, round: 1, capabilitiesHash });

  const calls: VerdictCall[] = [];
  const published: Record<string, unknown>[] = [];
  const asked: string[] = [];
  const nodeOptions: TestNodeOptions = { signer: nodeSigner, domain, now: clock.now, capabilitiesHash, ...options };
  const sameRound = (call: VerdictCall, seq: number, round: number) => call.seq === seq && call.round === round;

  const deps: RoundDeps = {
    registry: {
      state: () => state,
      isValidator: async () => true,
      takesVerdict: async ({ seq, round }) => !calls.some((call) => sameRound(call, seq, round)),
      hasVoted: async ({ seq, round }) => calls.some((call) => sameRound(call, seq, round)),
      async submitVerdict(call) {
        if (calls.some(({ seq, round }) => sameRound(call, seq, round))) throw new AppError('VERDICT_ALREADY_GIVEN');
        calls.push(call);
        const tally = { approvals: call.approve ? 1 : 0, rejections: call.approve ? 0 : 1 };
        const { txHash, blockNumber } = push('VerdictSubmitted', { ...call, validator: validator.address, ...tally });
        push('RoundSettled', {
          runId: call.runId,
          node: call.node,
          seq: call.seq,
          round: call.round,
          standing: call.approve ? 'Approved' : 'Rejected',
        });
        return { txHash: hash(Number(txHash)), blockNumber };
      },
    },
    discovery: {
      async queryEndpoint(uri) {
        const header = newHeader({
          runId: '1',
          sender: nodeSigner.address,
          audience: audienceOfOrigin(uri),
          now: clock.now(),
          ttlMs: 600_000,
        });
        const message = {
          ...header,
          seq: 1,
          sequence: 1,
          endpoint: 'http://127.0.0.1:7700',
          relay: false,
          encryptionKey: hash(9),
          capabilitiesHash,
        };
        return { announcement: signMessage(EndpointAnnouncement, message, { domain, signer: nodeSigner }), capabilities: CAPABILITIES };
      },
      publishEvidence: async (_uri, { document }) => void published.push(document),
      relay: () => Promise.reject(new AppError('ENDPOINT_UNREACHABLE')),
    },
    node: {
      async challenge(_endpoint, envelope) {
        asked.push(envelope.message.kind);
        return answerChallenge(envelope, nodeOptions);
      },
    },
    journal: createMemoryJournal(),
    signer: validator,
    domain,
    clock,
    random: systemRandom,
    logger: createLogger({ name: 'test', level: 'silent' }),
    signal: new AbortController().signal,
    image: 'busybox:1.37',
    kinds: ROUND_PLAN.map((name) => CHALLENGE_KINDS[name]),
  };
  return { deps, clock, calls, published, asked, push, node: nodeSigner.address, nodeOptions, capabilitiesHash, validator };
}

function createMemoryJournal(): RoundJournal {
  const records = new Map<string, string>();
  const read = (text: string): RoundRecord => roundRecordSchema.parse(JSON.parse(text));
  return {
    async read(ref) {
      const text = records.get(roundName(ref));
      return text === undefined ? null : read(text);
    },
    write: async (record) => void records.set(roundName(record), JSON.stringify(record)),
    unfinished: async () => [...records.values()].map(read).filter((record) => !isFinished(record)),
  };
}

export interface TestClock extends Clock {
  advance(ms: number): void;
}

function createTestClock(start: number): TestClock {
  let now = start;
  return { now: () => now, sleep: async (ms) => void (now += ms), advance: (ms) => void (now += ms) };
}
