import { AppError } from '@muster/protocol/errors/app-error';
import { createConfig, http } from 'wagmi';
import { foundry } from 'wagmi/chains';
import { describe, expect, it } from 'vitest';
import { sealTask, type SealTaskDeps } from './seal-task.ts';

const registry = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const config = createConfig({ chains: [foundry], transports: { [foundry.id]: http('http://127.0.0.1:9') } });
const input = { runId: '1', taskId: 't1', credentials: { registry: 'ghcr.io', username: 'buyer', password: 'secret' } };

function setup(masterInfo: SealTaskDeps['masterInfo']) {
  const handedIn: unknown[] = [];
  const pages: (string | null)[] = [];
  const client: SealTaskDeps['client'] = {
    node: { list: { query: ({ cursor }) => Promise.resolve({ items: [], nextCursor: pages.push(cursor) < 2 ? 'more' : null }) } },
    task: { seal: { mutate: (call) => Promise.resolve(handedIn.push(call)) } },
  };
  return { handedIn, pages, sealing: sealTask({ client, config, masterInfo }, input) };
}

describe('sealTask', () => {
  it('fails aloud when nobody says which registry counts', async () => {
    const { sealing, handedIn } = setup(() => Promise.reject(new AppError('UNAVAILABLE')));
    await expect(sealing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(handedIn).toEqual([]);
  });

  it('looks at every page of nodes, and says that none can be sealed to', async () => {
    const { sealing, handedIn, pages } = setup(() => Promise.resolve({ chainId: 31337, registry }));
    await expect(sealing).rejects.toMatchObject({ code: 'NODE_NOT_READY' });
    expect(pages).toEqual([null, 'more']);
    expect(handedIn).toEqual([]);
  });
});
