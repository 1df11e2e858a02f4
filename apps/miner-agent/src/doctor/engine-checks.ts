import type { AppError } from '@muster/protocol/errors/app-error';
import type { RuntimeInfo } from '../ports/container-runtime.ts';
import { failed, passed, warned, type Check } from './check.ts';
import { checkRunc } from './known-holes.ts';
import { checkCgroup, checkKernel } from './outside-checks.ts';

export const engineMissing = ({ publicMessage }: AppError, dockerHost: string): Check =>
  failed(
    'docker',
    `${publicMessage} (DOCKER_HOST is ${dockerHost})`,
    'Start the Docker Engine, add this user to the docker group, or set DOCKER_HOST.',
  );

export function checkEngine({ version, runc, memoryLimit, pidsLimit, hasInit, kernel, cgroupVersion }: RuntimeInfo): Check[] {
  const missing = [...(memoryLimit ? [] : ['memory']), ...(pidsLimit ? [] : ['processes'])];
  return [
    passed('docker', `Docker ${version} answers`),
    ...checkRunc(runc),
    checkKernel(kernel),
    checkCgroup(cgroupVersion),
    missing.length === 0
      ? passed('docker-limits', 'memory and process limits work')
      : failed(
          'docker-limits',
          `the kernel cannot limit ${missing.join(' and ')}`,
          'Enable the cgroup controllers (for memory on some systems: cgroup_enable=memory on the kernel command line).',
        ),
    hasInit
      ? passed('docker-init', 'containers get a small init that forwards signals')
      : warned(
          'docker-init',
          'docker-init is not installed',
          'Install it (tini); without it many containers need their full grace period to stop.',
        ),
  ];
}
