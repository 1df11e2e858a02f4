import type { MasterInfo, RunView } from '../trpc/outputs.ts';

type AttachInput = { run: Pick<RunView, 'runId'>; info: Pick<MasterInfo, 'chainId' | 'registry' | 'rpcUrl'>; origin: string };

const quote = (value: string): string => (/^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`);

/** The command that starts a miner agent for a run, from a clone of the project. Without a provider key the agent prints a consent link. */
export function attachCommand({ run, info, origin }: AttachInput): string {
  const settings: readonly (readonly [string, string])[] = [
    ['MUSTER_RUN_ID', run.runId],
    ['MUSTER_CHAIN_ID', String(info.chainId)],
    ['MUSTER_RPC_URL', info.rpcUrl ?? 'https://your-rpc.example'],
    ['MUSTER_REGISTRY', info.registry],
    ['MUSTER_DASHBOARD_URL', origin],
  ];
  return [...settings.map(([name, value]) => `${name}=${quote(value)}`), 'npx --yes pnpm@12 --filter @muster/miner-agent start'].join(' \\\n  ');
}
