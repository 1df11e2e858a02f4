import { AppError } from '@muster/protocol/errors/app-error';
import type { IsolationReport } from '../isolation/isolation.ts';
import type { RuntimeInfo } from '../ports/container-runtime.ts';
import { failed, passed, warned, type Check } from './check.ts';

/** Without its system call filter a container may do what the kernel's next hole allows. */
export function checkSeccomp({ securityOptions }: RuntimeInfo): Check {
  const seccomp = securityOptions.find((option) => option.startsWith('name=seccomp'));
  if (!seccomp)
    return failed(
      'seccomp',
      'the engine does not filter system calls',
      'Use a kernel with CONFIG_SECCOMP_FILTER and an engine that is built with seccomp.',
    );
  if (/profile=unconfined/.test(seccomp))
    return failed(
      'seccomp',
      'the engine is told to leave system calls unfiltered',
      'Remove "seccomp-profile": "unconfined" from /etc/docker/daemon.json and restart the engine.',
    );
  return passed('seccomp', 'system calls of containers are filtered');
}

export function checkMandatoryAccess({ securityOptions }: RuntimeInfo): Check {
  const found = ['apparmor', 'selinux'].find((name) => securityOptions.some((option) => option.startsWith(`name=${name}`)));
  if (found) return passed('mandatory-access', `${found} confines containers as well`);
  return warned(
    'mandatory-access',
    'neither AppArmor nor SELinux confines containers: namespaces, capabilities and seccomp hold alone',
    'Turn one of them on (Debian: apt-get install apparmor, then reboot), or use gVisor: MUSTER_RUNTIME=runsc.',
  );
}

export const checkIsolation = ({ fence, layerQuota, vsock, runtime }: IsolationReport): Check[] => [
  fence instanceof AppError
    ? warned('network-fence', `tasks with a network are refused. ${fence.publicMessage}`, fence.hint)
    : passed('network-fence', `${fence.length} ways out of a container to this machine and its network were tried: all are closed`),
  ...(vsock === null ? [] : [checkVsock(vsock)]),
  passed(
    'disk-limit',
    layerQuota
      ? "the engine's storage holds containers to their size"
      : "the agent watches what containers write: the engine's storage is not overlay2 on xfs with pquota, which could hold them to a size itself",
  ),
  ...(runtime === null
    ? []
    : [
        runtime.problem
          ? failed('runtime', runtime.problem.publicMessage, runtime.problem.hint)
          : passed('runtime', `${runtime.name} runs a container`),
      ]),
];

const checkVsock = (isOpen: boolean): Check =>
  isOpen
    ? warned(
        'vsock',
        'containers get sockets to the hypervisor and to services that listen there (AF_VSOCK), which no network fence holds back',
        'Upgrade Docker Engine to 23 or newer, whose system call filter refuses them, or use gVisor: MUSTER_RUNTIME=runsc.',
      )
    : passed('vsock', 'containers get no socket to the hypervisor');
