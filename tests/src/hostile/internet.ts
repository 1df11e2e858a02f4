import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { waitFor } from '@muster/miner-agent/testing/test-docker';
import { waitForExit } from '@muster/network/process-group';
import type { Case } from '../lib/run-cases.ts';
import { shell } from './attack.ts';
import { hostileImage } from './images.ts';
import type { Theatre } from './run-attack.ts';

const ip = (...args: string[]) => promisify(execFile)('ip', args);

/** A public address that nobody routes to here; the machine gets a way to it, through a namespace that plays the internet. */
const ADDRESS = '11.11.11.11';
const NAMESPACE = 'muster-internet';
const CABLE = 'muster-inet';
const NEAR = '169.254.77.1';
const FAR = '169.254.77.2';
const SERVER = `require('node:net').createServer((socket) => socket.end('hello from the internet\\n')).listen(80, () => console.log('up'))`;

/** What is not forbidden must work: a fence that lets nothing pass would stand every attack. */
export const internetCase = (enter: () => Promise<Theatre>): Case => ({
  name: 'control: egress reaches the internet',
  quick: true,
  async run() {
    const { stage } = await enter();
    const internet = await plugIn();
    try {
      const allocationId = stage.place({ image: hostileImage, network: 'egress', command: shell(`nc -w 5 ${ADDRESS} 80`) });
      const { phase, exitCode } = await stage.ended(allocationId);
      // Status and log travel apart.
      await waitFor(() => exitCode !== 0 || stage.master.linesOf(allocationId).length > 0);
      const said = stage.master.linesOf(allocationId).join(' ');
      if (said !== 'hello from the internet') throw new Error(`${phase} with ${exitCode}: ${said}`);
      return `it heard "${said}" from ${ADDRESS}`;
    } finally {
      await internet.unplug();
    }
  },
});

async function plugIn(): Promise<{ unplug(): Promise<void> }> {
  await unplugged();
  await ip('netns', 'add', NAMESPACE);
  await ip('link', 'add', CABLE, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', NAMESPACE);
  await ip('address', 'add', `${NEAR}/30`, 'dev', CABLE);
  await ip('link', 'set', CABLE, 'up');
  await ip('-n', NAMESPACE, 'link', 'set', 'lo', 'up');
  await ip('-n', NAMESPACE, 'address', 'add', `${FAR}/30`, 'dev', 'eth0');
  await ip('-n', NAMESPACE, 'address', 'add', `${ADDRESS}/32`, 'dev', 'lo');
  await ip('-n', NAMESPACE, 'link', 'set', 'eth0', 'up');
  await ip('-n', NAMESPACE, 'route', 'add', 'default', 'via', NEAR);
  await ip('route', 'add', `${ADDRESS}/32`, 'via', FAR, 'dev', CABLE);
  const server = spawn('ip', ['netns', 'exec', NAMESPACE, process.execPath, '-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => server.stdout.once('data', resolve));
  return {
    async unplug() {
      server.kill('SIGKILL');
      await waitForExit(server);
      await unplugged();
    },
  };
}

/** What a killed run left behind goes as well. */
async function unplugged(): Promise<void> {
  await ip('link', 'delete', CABLE).catch(() => undefined);
  await ip('netns', 'delete', NAMESPACE).catch(() => undefined);
}
