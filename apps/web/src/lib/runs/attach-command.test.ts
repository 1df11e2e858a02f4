import { describe, expect, it } from 'vitest';
import { attachCommand } from './attach-command.ts';

const info = {
  chainId: 31337,
  registry: '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512',
  rpcUrl: "http://127.0.0.1:8545/?key='x'",
  discoveryUri: 'http://127.0.0.1:3000/discovery',
} as const;

describe('attach command', () => {
  const command = attachCommand({ run: { runId: '7' }, info, provider: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' });

  it('names the run, the chain and where the consent link leads', () => {
    expect(command).toContain('MUSTER_RUN_ID=7 ');
    expect(command).toContain('MUSTER_DASHBOARD_URL=http://127.0.0.1:3000 ');
  });

  it('quotes what a shell would read', () => {
    expect(command).toContain(String.raw`MUSTER_RPC_URL='http://127.0.0.1:8545/?key='\''x'\'''`);
  });

  it('is one command', () => {
    expect(
      command
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith(' \\')),
    ).toBe(true);
  });
});
