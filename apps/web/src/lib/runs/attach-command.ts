import type { MasterInfo, RunView } from '../trpc/outputs.ts';

type AttachInput = {
  run: Pick<RunView, 'runId'>;
  info: Pick<MasterInfo, 'chainId' | 'registry' | 'rpcUrl' | 'discoveryUri'>;
  /** The wallet that will register the node and pay for that. */
  provider: string;
};

const quote = (value: string): string => (/^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`);

/** Fetches and builds the miner agent; needed once per machine. */
export const BUILD_COMMAND = 'npx --yes pnpm@12 install && npx --yes pnpm@12 exec turbo run build --filter=@muster/miner-agent';

/** Starts a miner agent for a run. It holds no provider key, so it prints its consent as a link to this dashboard. */
export function attachCommand({ run, info, provider }: AttachInput): string {
  const settings: readonly (readonly [string, string])[] = [
    ['MUSTER_RUN_ID', run.runId],
    ['MUSTER_CHAIN_ID', String(info.chainId)],
    ['MUSTER_RPC_URL', info.rpcUrl ?? 'https://your-rpc.example'],
    ['MUSTER_REGISTRY', info.registry],
    ['MUSTER_PROVIDER', provider],
    ['MUSTER_DASHBOARD_URL', new URL(info.discoveryUri).origin],
  ];
  return [...settings.map(([name, value]) => `${name}=${quote(value)}`), 'npx --yes pnpm@12 --filter @muster/miner-agent start'].join(
    ' \\\n  ',
  );
}
