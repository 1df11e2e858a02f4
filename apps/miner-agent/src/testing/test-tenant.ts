import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Address } from 'viem';
import { onTestFinished } from 'vitest';
import { runTool } from '../adapters/host/run-tool.ts';
import { bridgePrefix, nodeTag } from '../isolation/bridge-name.ts';

/** Connects to the machine and says "open"; says something there at every line that it is given. Answers whoever comes in. */
const PROGRAM = `
const { connect, createServer } = require('node:net');
const socket = connect({ host: process.argv[1], port: Number(process.argv[2]) }, () => console.log('open'));
socket.on('error', () => undefined);
process.stdin.on('data', () => socket.write('said'));
createServer((visitor) => visitor.end('answered')).listen(8080);
`;

/** A program on a bridge such as an allocation has, with a connection to `port` of the machine that stands; it goes with the test. */
export async function startTenant(node: Address, port: number) {
  const [bridge, space, cable] = [`${bridgePrefix(node)}t`, `test-${nodeTag(node)}`, `tt${nodeTag(node)}`];
  const network = `10.213.${Number.parseInt(node.slice(2, 4), 16)}`;
  const [gateway, address] = [`${network}.1`, `${network}.2`];
  const ip = async (text: string) => {
    const { code, stderr } = await runTool('ip', text.split(' '));
    if (code !== 0) throw new Error(`ip ${text}: ${stderr}`);
  };
  await ip(`link add ${bridge} type bridge`);
  onTestFinished(() => ip(`link delete ${bridge}`));
  await ip(`address add ${gateway}/24 dev ${bridge}`);
  await ip(`link set ${bridge} up`);
  await ip(`netns add ${space}`);
  onTestFinished(() => ip(`netns delete ${space}`));
  await ip(`link add ${cable} type veth peer name eth0 netns ${space}`);
  await ip(`link set ${cable} master ${bridge} up`);
  await ip(`-n ${space} address add ${address}/24 dev eth0`);
  await ip(`-n ${space} link set eth0 up`);
  const child = spawn('ip', ['netns', 'exec', space, process.execPath, '-e', PROGRAM, gateway, String(port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  await once(createInterface(child.stdout), 'line');
  return { address, say: () => void child.stdin.write('now\n') };
}
