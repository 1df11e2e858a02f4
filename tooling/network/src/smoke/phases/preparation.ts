import { getAddress } from 'viem';
import { computeRegistryAbi } from '@muster/chain/generated/compute-registry';
import { devBuyer } from '../../chain.ts';
import { expectFact } from '../arrow.ts';
import { describeTransaction, findEvent } from '../chain-evidence.ts';
import type { PreparedRun, Smoke } from '../context.ts';

const requirements = 'cpu: 1.., memory: 512MiB..';

interface MasterInfo {
  address: string;
  registry: string;
  discoveryUri: string;
}

export async function runPreparation({ network, client, recorder }: Smoke): Promise<PreparedRun> {
  const { registry } = network.chain;
  const { info } = await recorder.arrow('0.1', 'the buyer sets up the master node', async () => {
    const found = await network.buyer.run<MasterInfo>(['master', 'info']);
    expectFact(found.address === network.keys.master.address, `the master is ${found.address}, its key is ${network.keys.master.address}`);
    const code = await client.getCode({ address: getAddress(found.registry) });
    expectFact(code && code.length > 2, `there is no contract at the registry ${found.registry} that the master follows`);
    const ready = await fetch(`${network.url}/readyz`);
    expectFact(ready.ok, `/readyz answers ${ready.status}`);
    return {
      info: found,
      evidence: `master ${found.address} (its key file's address), registry ${found.registry} has ${code.length / 2 - 1} bytes of code, readyz ${ready.status}`,
    };
  });
  const { runId } = await recorder.arrow('0.2', 'the buyer creates the run on chain', async () => {
    const created = await network.buyer.run<{ runId: string }>([
      'run',
      'create',
      '--requirements',
      requirements,
      '--discovery',
      info.discoveryUri,
      '--master',
      info.address,
      '--wait',
    ]);
    const event = await findEvent({ client, registry }, { name: 'RunCreated', runId: created.runId });
    const run = await client.readContract({
      address: registry,
      abi: computeRegistryAbi,
      functionName: 'getRun',
      args: [BigInt(created.runId)],
    });
    const text = JSON.stringify(run, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    for (const part of [requirements, info.discoveryUri, info.address])
      expectFact(text.includes(part), `getRun(${created.runId}) does not hold ${part}: ${text}`);
    return {
      runId: created.runId,
      evidence: `run ${created.runId}: ${await describeTransaction(client, event.transactionHash, devBuyer.address)}; getRun names the master, ${info.discoveryUri} and "${requirements}"`,
    };
  });
  return { runId, master: getAddress(info.address), discoveryUri: info.discoveryUri };
}
