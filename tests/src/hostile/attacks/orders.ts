import { randomUUID } from 'node:crypto';
import { waitFor } from '@muster/miner-agent/testing/test-docker';
import { testSpec } from '@muster/miner-agent/testing/test-record';
import { hashJson } from '@muster/protocol/canonical-json';
import type { HostileStage } from '../stage.ts';

/** An order that a master gone bad would sign, and what the node says to it. */
export interface OrderAttack {
  name: string;
  quick: boolean;
  specs: readonly object[];
  /** The code that each is answered with. */
  code: RegExp;
}

const withVolume = (name: string, path: string) => ({ ...testSpec(), volumes: [{ name, path }] });

export const orderAttacks: readonly OrderAttack[] = [
  {
    name: 'path traversal in volume names and mount paths',
    quick: true,
    specs: [
      withVolume('../../etc', '/data'),
      withVolume('..', '/data'),
      withVolume('/etc', '/data'),
      withVolume('a/b', '/data'),
      withVolume('data', '/data/../../etc'),
      withVolume('data', '/data/./..'),
      withVolume('data', '/proc/self'),
      withVolume('data', '/sys'),
      withVolume('data', '/dev/shm'),
      withVolume('data', '/etc'),
      withVolume('data', '/'),
      withVolume('data', 'data'),
      withVolume('data', '//etc'),
      withVolume('data', '/data:/etc'),
      { ...testSpec(), binds: ['/:/host'] },
      { ...testSpec(), privileged: true },
    ],
    code: /^(BAD_INPUT|UNKNOWN_FIELD)$/,
  },
  {
    name: 'root without leave',
    quick: true,
    specs: [{ ...testSpec(), root: true }],
    code: /^POLICY_REFUSED$/,
  },
  {
    name: 'environment and arguments beyond measure',
    quick: true,
    specs: [
      { ...testSpec(), env: { GIANT: 'x'.repeat(40_000) } },
      { ...testSpec(), env: { 'A=B': 'x' } },
      { ...testSpec(), env: { 'LD_PRELOAD\n': 'x' } },
      { ...testSpec(), env: { A: 'x\0y' } },
      { ...testSpec(), command: Array.from({ length: 1_000 }, () => 'x') },
      { ...testSpec(), image: '--privileged' },
      { ...testSpec(), graceMs: 1e12 },
      { ...testSpec(), resources: { memoryBytes: -1 } },
      { ...testSpec(), resources: { cpu: 1e9 } },
    ],
    code: /^(BAD_INPUT|UNKNOWN_FIELD)$/,
  },
];

/** Signed by the real master's key: what refuses it is the agent. */
export async function sendOrder(
  stage: HostileStage,
  spec: object,
): Promise<{ ok: boolean; code: string; message: string; allocationId: string }> {
  const allocationId = randomUUID();
  const body = { allocationId, taskId: randomUUID(), epoch: 1, replica: 0, spec, specHash: hashJson(spec) };
  const orderId = stage.master.orderText(stage.node, 'start', JSON.stringify(body));
  const { ok, error } = await waitFor(() => stage.master.results.get(orderId));
  return { ok, allocationId, code: error?.code ?? '', message: error?.message ?? '' };
}
