import type Docker from 'dockerode';
import type { Case } from '../lib/run-cases.ts';
import { kernelAttacks } from './attacks/kernel.ts';
import { hostileImage } from './images.ts';

const TRIED = ['raw sockets', 'mount', 'device nodes', 'becoming root'];

/** The same programs in a container without our settings: an attack that fails there too would prove nothing. */
export const controlCase = (docker: Docker): Case => ({
  name: 'control: without our settings the same attacks succeed',
  quick: true,
  async run() {
    const counts: string[] = [];
    for (const { name, spec } of kernelAttacks.filter((attack) => TRIED.includes(attack.name))) {
      const log = await runUnconfined(docker, typeof spec === 'function' ? [] : (spec.command ?? []));
      const breaches = log.match(/BREACH/g)?.length ?? 0;
      if (breaches < 2) throw new Error(`${name}: nothing gets through even unconfined:\n${log}`);
      counts.push(`${name} ${breaches}`);
    }
    if (counts.length !== TRIED.length) throw new Error(`only ${counts.join(', ')} were tried`);
    return `through unconfined: ${counts.join(', ')}`;
  },
});

async function runUnconfined(docker: Docker, command: readonly string[]): Promise<string> {
  const container = await docker.createContainer({
    Image: hostileImage,
    Cmd: [...command],
    HostConfig: { NetworkMode: 'none', CapAdd: ['SYS_ADMIN'], SecurityOpt: ['seccomp=unconfined'], Tmpfs: { '/tmp': '' } },
  });
  try {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true, stderr: true, follow: false })).toString();
  } finally {
    await container.remove({ force: true, v: true });
  }
}
