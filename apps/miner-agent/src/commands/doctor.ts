import { createChainClient } from '@muster/chain/clients';
import { latestBlock } from '@muster/chain/actions/latest-block';
import { createDockerRuntime } from '../adapters/docker/docker-runtime.ts';
import { createSystemHost } from '../adapters/host/system-host.ts';
import type { Config } from '../config.ts';
import type { Check } from '../doctor/check.ts';
import { runDoctor, type DoctorReport } from '../doctor/run-doctor.ts';
import { print, printJson } from './print.ts';

/** Exits with 1 when something keeps the agent from serving. */
export async function doctorCommand(config: Config, { json = false }: { json?: boolean }): Promise<void> {
  const report = await examine(config);
  if (json) printJson(report);
  else print(render(report));
  if (!report.ok) process.exitCode = 1;
}

export function examine(config: Config): Promise<DoctorReport> {
  const client = createChainClient({ chainId: config.network.chainId, rpcUrl: config.rpcUrl, timeoutMs: 3_000, retries: 0 });
  return runDoctor({
    host: createSystemHost(),
    runtime: createDockerRuntime({ dockerHost: config.dockerHost }),
    config,
    now: Date.now,
    readChainTime: () =>
      latestBlock(client).then(
        ({ timestamp }) => timestamp,
        () => null,
      ),
  });
}

function render({ checks, ok }: DoctorReport): string {
  const lines = checks.flatMap((check) => [
    `${markOf(check)} ${check.id.padEnd(14)} ${check.reason}`,
    ...(check.ok || check.fix === '' ? [] : [`  ${''.padEnd(14)} ${check.fix}`]),
  ]);
  return [...lines, '', ok ? 'This machine can serve.' : 'This machine cannot serve until what is marked ✗ is fixed.'].join('\n');
}

const markOf = ({ ok, severity }: Check): string => (ok ? '✓' : severity === 'error' ? '✗' : '!');
