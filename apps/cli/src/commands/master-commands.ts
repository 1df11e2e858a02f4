import type { Command } from 'commander';
import type { Bind } from '../command.ts';
import { formatFields } from '../output/table.ts';

/** `muster master info`, `muster whoami`. */
export function addMasterCommands(program: Command, bind: Bind): void {
  const master = program.command('master').description('the master that this server runs');
  bind(master.command('info').description('its address and discovery URI, to name in a run; and its chain'), async ({ masterInfo }) => {
    const info = await masterInfo();
    const { head, lagging, error } = info.chain;
    const text = formatFields([
      ['master', info.address],
      ['discovery', info.discoveryUri],
      [
        'chain',
        `${info.chainId}${info.isDev ? ' (development)' : ''}, ${error ? error.message : lagging ? 'catching up' : 'in step'}${head === null ? '' : ` at block ${head}`}`,
      ],
      ['registry', info.registry],
      ['validators', info.validatorSet],
      ['rpc', info.rpcUrl],
      ['heartbeat', `${info.heartbeatMs / 1000} s`],
      ['version', info.version],
    ]);
    return { json: info, text };
  });

  bind(program.command('whoami').description('your address, and whether this server knows you'), async ({ account, asBuyer, options }) => {
    const { address } = await account();
    const session = await asBuyer((api) => api.auth.session.query());
    const json = { address, url: options.url, signedIn: session !== null, expiresAt: session?.expiresAt ?? null };
    return {
      json,
      text: formatFields([
        ['address', address],
        ['server', options.url],
        ['signed in until', session?.expiresAt ?? 'not signed in'],
      ]),
    };
  });
}
