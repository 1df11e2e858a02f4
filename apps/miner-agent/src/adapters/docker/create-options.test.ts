import { expect, it } from 'vitest';
import { blueprintOf } from '../../reconcile/blueprint.ts';
import { DEFAULT_USER } from '../../reconcile/container-user.ts';
import { TEST_NODE, testRecord, testSpec } from '../../testing/test-record.ts';
import { createOptionsOf } from './create-options.ts';

const optionsOf = (spec: Parameters<typeof testSpec>[0]) =>
  createOptionsOf(blueprintOf(testRecord({ spec: testSpec(spec) }), { node: TEST_NODE, user: DEFAULT_USER, imageEnv: [], hasInit: true }));

it('grants a container nothing but what is listed', () => {
  const { HostConfig = {}, User } = optionsOf({ volumes: [{ name: 'data', path: '/data' }] });
  expect(User).toBe('65532:65532');
  expect(HostConfig).toMatchObject({
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    ReadonlyRootfs: true,
    IpcMode: 'private',
    NetworkMode: 'none',
  });
  expect(HostConfig.Memory).toBe(32 * 1024 * 1024);
  expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
  expect(HostConfig.NanoCpus).toBe(5e8);
  expect(HostConfig.PidsLimit).toBeGreaterThan(0);
  // No host path ever: every mount is a named volume of ours.
  expect(HostConfig.Binds).toBeUndefined();
  expect(HostConfig.Mounts?.map(({ Type, Source }) => [Type, Source])).toEqual([
    ['volume', 'muster-11111111-1111-4111-8111-111111111111-0-data'],
  ]);
  for (const forbidden of [
    'CapAdd',
    'Devices',
    'DeviceRequests',
    'PidMode',
    'UsernsMode',
    'VolumesFrom',
    'ExtraHosts',
    'Sysctls',
    'PortBindings',
    'PublishAllPorts',
  ])
    expect(HostConfig).not.toHaveProperty(forbidden);
});

it('lets a task overwrite its environment but not who it is', () => {
  const { Env = [] } = optionsOf({ env: { HOME: '/data', MUSTER_TASK_ID: 'forged', A: 'b=c' } });
  expect(Env).toContain('A=b=c');
  expect(Env).toContain('HOME=/data');
  expect(Env.filter((line) => line.startsWith('MUSTER_TASK_ID='))).toEqual(['MUSTER_TASK_ID=11111111-1111-4111-8111-111111111111']);
});
