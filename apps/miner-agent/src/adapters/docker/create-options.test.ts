import { expect, it } from 'vitest';
import { blueprintOf } from '../../reconcile/blueprint.ts';
import { DEFAULT_USER } from '../../reconcile/container-user.ts';
import type { IsolationTerms } from '../../isolation/terms.ts';
import type { PortBinding } from '../../ports/container-runtime.ts';
import { TEST_TERMS } from '../../testing/test-isolation.ts';
import { TEST_NODE, testRecord, testSpec } from '../../testing/test-record.ts';
import { createOptionsOf } from './create-options.ts';

const IMAGE_ID = `sha256:${'ab'.repeat(32)}`;
const optionsOf = (
  spec: Parameters<typeof testSpec>[0],
  terms: Partial<IsolationTerms> = {},
  given: { gpus?: string[]; publish?: PortBinding[] } = {},
) =>
  createOptionsOf(
    blueprintOf(testRecord({ spec: testSpec(spec), gpus: given.gpus ?? [] }), {
      node: TEST_NODE,
      user: DEFAULT_USER,
      image: { id: IMAGE_ID, env: [] },
      terms: { ...TEST_TERMS, ...terms },
      publish: given.publish ?? [],
      hasInit: true,
    }),
  );

it('publishes the ports that it was given and no other', () => {
  const binding = { containerPort: 8080, protocol: 'tcp', host: '0.0.0.0', hostPort: 40_000 } as const;
  const published = optionsOf({ network: 'egress' }, {}, { publish: [binding, { ...binding, protocol: 'udp', hostPort: 40_001 }] });
  expect(published.ExposedPorts).toEqual({ '8080/tcp': {}, '8080/udp': {} });
  expect(published.HostConfig).toMatchObject({
    PortBindings: { '8080/tcp': [{ HostIp: '0.0.0.0', HostPort: '40000' }], '8080/udp': [{ HostIp: '0.0.0.0', HostPort: '40001' }] },
  });
  const none = optionsOf({ network: 'egress' });
  expect([none.ExposedPorts, none.HostConfig?.PortBindings]).toEqual([undefined, undefined]);
});

it('grants a container nothing but what is listed', () => {
  const { HostConfig = {}, User, Image } = optionsOf({ volumes: [{ name: 'data', path: '/data' }] });
  expect(User).toBe('65532:65532');
  // What was looked at, whatever the tag says by now.
  expect(Image).toBe(IMAGE_ID);
  expect(HostConfig).toMatchObject({
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    ReadonlyRootfs: true,
    IpcMode: 'private',
    NetworkMode: 'none',
    OomScoreAdj: 500,
  });
  expect(HostConfig.Tmpfs).toEqual({ '/tmp': expect.stringContaining('nosuid,nodev,size=') });
  expect(HostConfig.Ulimits).toEqual(
    expect.arrayContaining([
      { Name: 'core', Soft: 0, Hard: 0 },
      { Name: 'fsize', Soft: 512 * 1024 * 1024, Hard: 512 * 1024 * 1024 },
    ]),
  );
  expect(HostConfig.LogConfig).toMatchObject({ Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } });
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
    'UTSMode',
    'MaskedPaths',
    'ReadonlyPaths',
    'Runtime',
    'StorageOpt',
    'Dns',
    'UsernsMode',
    'VolumesFrom',
    'ExtraHosts',
    'Sysctls',
    'PortBindings',
    'PublishAllPorts',
  ])
    expect(HostConfig).not.toHaveProperty(forbidden);
});

it("runs no health check of the image's: the engine would execute it beside the container's limits", () => {
  expect(optionsOf({}).Healthcheck).toEqual({ Test: ['NONE'] });
});

it('lets a task overwrite its environment but not who it is', () => {
  const { Env = [] } = optionsOf({ env: { HOME: '/data', MUSTER_TASK_ID: 'forged', A: 'b=c' } });
  expect(Env).toContain('A=b=c');
  expect(Env).toContain('HOME=/data');
  expect(Env.filter((line) => line.startsWith('MUSTER_TASK_ID='))).toEqual(['MUSTER_TASK_ID=11111111-1111-4111-8111-111111111111']);
});

it('holds a container with a network to public resolvers, and keeps it off IPv6 where the kernel has it', () => {
  const { HostConfig = {} } = optionsOf({ network: 'egress' }, { dns: ['9.9.9.9'], disableIpv6: true });
  expect(HostConfig.Dns).toEqual(['9.9.9.9']);
  expect(HostConfig.Sysctls).toEqual({ 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' });
  // A kernel without IPv6 has no such setting, and no container would start.
  expect(optionsOf({ network: 'egress' }, { disableIpv6: false }).HostConfig).not.toHaveProperty('Sysctls');
});

it('passes on what the machine was found to offer', () => {
  const { HostConfig = {} } = optionsOf({ resources: { diskBytes: 1e9 } }, { runtime: 'runsc', layerQuota: true });
  expect(HostConfig.Runtime).toBe('runsc');
  expect(HostConfig.StorageOpt).toEqual({ size: '1000000000' });
});

it('makes the granted GPUs visible, by UUID, and no other', () => {
  const uuids = ['GPU-5e2f0c6a-1b7c-4d2e-9f3a-3d0f5c1b2a01', 'MIG-56c30729-347f-5dd6-8da0-c3cc59e969e0'];
  const greedy = { env: { NVIDIA_VISIBLE_DEVICES: 'all' } };
  const byRuntime = optionsOf(greedy, { gpuAccess: 'nvidia' }, { gpus: uuids });
  expect(byRuntime.HostConfig?.DeviceRequests).toEqual([
    { Driver: 'nvidia', DeviceIDs: uuids, Capabilities: [['gpu', 'compute', 'utility']] },
  ]);
  expect(byRuntime.Env?.filter((line) => line.startsWith('NVIDIA_VISIBLE_DEVICES='))).toEqual([
    `NVIDIA_VISIBLE_DEVICES=${uuids.join(',')}`,
  ]);
  expect(optionsOf({}, { gpuAccess: 'cdi' }, { gpus: uuids }).HostConfig?.DeviceRequests).toEqual([
    { Driver: 'cdi', DeviceIDs: uuids.map((uuid) => `nvidia.com/gpu=${uuid}`) },
  ]);
  // By these the container toolkit adds devices that are no GPU: of a network past every fence, among others.
  const more = ['NVIDIA_MOFED', 'NVIDIA_GDS', 'NVIDIA_GDRCOPY', 'NVIDIA_NVSWITCH'];
  const { Env: asked = [] } = optionsOf(
    { env: Object.fromEntries(more.map((name) => [name, 'enabled'])) },
    { gpuAccess: 'nvidia' },
    { gpus: uuids },
  );
  for (const name of more) expect(asked.filter((line) => line.startsWith(`${name}=`))).toEqual([`${name}=disabled`]);
  expect(asked).toContain('NVIDIA_IMEX_CHANNELS=');
  const without = optionsOf(greedy, { gpuAccess: 'nvidia' });
  expect(without.HostConfig).not.toHaveProperty('DeviceRequests');
  expect(without.Env).toContain('NVIDIA_VISIBLE_DEVICES=void');
  expect(() => optionsOf({}, { gpuAccess: null }, { gpus: uuids })).toThrow('no longer gives GPUs');
});
