import { describe, expect, it } from 'vitest';
import { readRecording } from '../../../testing/recordings.ts';
import { grantableGpus, troubledGpus, usageOf, type GpuFacts } from './judge-gpus.ts';
import { parseGpuRows } from './rows.ts';
import { parseSliceMemory, parseSlices } from './slices.ts';

const MiB = 1024 * 1024;

function factsOf(name: string): GpuFacts {
  const { query, list, report } = readRecording(name);
  return { rows: parseGpuRows(query), slices: parseSlices(list), memory: parseSliceMemory(report) };
}
const gpusOf = (name: string) => grantableGpus(factsOf(name));
const troublesOf = (name: string) => troubledGpus(factsOf(name)).map(({ uuid, problem }) => `${uuid}: ${problem}`);

describe('GPUs that can be given', () => {
  it('are the slices of a divided one, with the memory that they have and not the one of their name', () => {
    expect(gpusOf('580-h200-mig')).toEqual([
      { uuid: 'MIG-f165f0ad-bde2-5b72-acdf-73bbf48eeb2c', model: 'NVIDIA H200 MIG 3g.71gb', memoryBytes: 71_424 * MiB },
    ]);
    expect(gpusOf('590-h100-mig').map(({ model, memoryBytes }) => [model, memoryBytes / MiB])).toEqual([
      ['NVIDIA H100 80GB HBM3 MIG 3g.40gb', 40_448],
      ['NVIDIA H100 80GB HBM3 MIG 2g.20gb', 20_096],
      ['NVIDIA H100 80GB HBM3 MIG 1g.10gb', 9_984],
      ['NVIDIA H100 80GB HBM3 MIG 1g.10gb', 9_984],
    ]);
  });

  it('are whole ones beside divided ones, and never a divided one as a whole', () => {
    expect(gpusOf('535-a100-mig').map(({ uuid, memoryBytes }) => [uuid, memoryBytes / MiB])).toEqual([
      ['MIG-ce861fb0-a248-58ce-a9a8-f9adbc22a66a', 19_968],
      ['MIG-a45882f0-9215-5733-a0c1-49286ab31cb5', 19_968],
      ['MIG-f00d722c-f4e1-52c9-aa31-750441ae1bfe', 19_968],
      ['MIG-930574a9-d43a-5d2b-95da-3e68384c8d6b', 19_968],
      ['GPU-d8594bd4-0fc3-8595-e355-7c98138f3b95', 81_920],
      ['GPU-5e375e7e-b41f-155b-dcdc-534524c356fc', 81_920],
      ['GPU-69ec2344-ebac-b028-f88f-452abb3d7f11', 81_920],
    ]);
  });

  it('are named by their parent under old drivers, with the memory of their name where the driver says no other', () => {
    const gpus = gpusOf('460-a100-mig');
    expect(gpus).toHaveLength(7);
    expect(gpus[3]).toEqual({
      uuid: 'MIG-GPU-fe14a161-d1f3-7706-c257-3b22fe15c684/11/0',
      model: 'A100-PCIE-40GB MIG 1g.5gb',
      memoryBytes: 5e9,
    });
    expect(gpusOf('450-a100-mig-early')).toEqual([
      { uuid: 'MIG-GPU-b8ea3855-276c-c9cb-b366-c6fa655957c5/1/0', model: 'Graphics Device MIG', memoryBytes: 0 },
      { uuid: 'MIG-GPU-b8ea3855-276c-c9cb-b366-c6fa655957c5/1/1', model: 'Graphics Device MIG', memoryBytes: 0 },
      { uuid: 'MIG-GPU-b8ea3855-276c-c9cb-b366-c6fa655957c5/11/0', model: 'Graphics Device MIG', memoryBytes: 0 },
    ]);
  });

  it('are given though the driver does not tell their memory, or how busy they are', () => {
    expect(gpusOf('580-gb10')).toMatchObject([{ model: 'NVIDIA GB10', memoryBytes: 0 }]);
    expect(gpusOf('510-wsl')).toMatchObject([{ memoryBytes: 49_152 * MiB }, { memoryBytes: 49_152 * MiB }]);
    expect(gpusOf('unknown-errors')).toMatchObject([{ memoryBytes: 49_140 * MiB }, { memoryBytes: 49_140 * MiB }]);
  });

  it('are those that answer, when one has fallen off the bus', () => {
    expect(gpusOf('lost-of-eight')).toHaveLength(7);
    expect(gpusOf('reset-needed').map(({ uuid }) => uuid)).toEqual(['GPU-00000000-0000-0000-0000-00000000000a']);
    expect(gpusOf('lost-in-place')).toEqual([]);
    expect(gpusOf('540-jetson-orin')).toEqual([]);
  });
});

describe('GPUs that cannot', () => {
  it.each([
    ['reset-needed', 'GPU-00000000-0000-0000-0000-00000000000b: GPU requires reset'],
    ['lost-in-place', 'GPU-66666666-7777-8888-9999-aaaaaaaaaaaa: GPU is lost'],
    ['540-jetson-orin', "54d0709b-558d-5a59-9c65-0c5fc14a21a4: a Jetson's own GPU, which shares the machine's memory"],
  ])('are named with their trouble: %s', (name, line) => {
    expect(troublesOf(name)).toEqual([line]);
  });

  it('are divided ones of which no slice is made', () => {
    const facts = { ...factsOf('580-h200-mig'), slices: [] };
    expect(grantableGpus(facts)).toEqual([]);
    expect(troubledGpus(facts)).toMatchObject([{ problem: 'divided (MIG), and no slice is made' }]);
  });

  it.each(['440-rtx-2080', '470-gt-1030', '510-wsl', '535-a100-mig', '580-gb10', '580-h200-mig', 'unknown-errors'])(
    'are none in %s',
    (name) => {
      expect(troublesOf(name)).toEqual([]);
    },
  );
});

describe('usage of GPUs', () => {
  it('is what the driver tells, and nothing where it does not', () => {
    expect(usageOf(factsOf('470-gt-1030'))).toEqual([
      { uuid: 'GPU-857c6374-f681-cf3a-f99f-9063a87b8ac0', utilisation: 0, memoryBytes: 875 * MiB, celsius: 36 },
    ]);
    expect(usageOf(factsOf('440-rtx-2080'))).toEqual([
      { uuid: 'GPU-22b2c6ac-2d49-4863-197c-9c469071178a', utilisation: 0.86, celsius: 45 },
    ]);
    expect(usageOf(factsOf('510-wsl'))[0]).not.toHaveProperty('utilisation');
    expect(usageOf(factsOf('unknown-errors'))[0]).toEqual({ uuid: 'GPU-0472e0b4-22a5-992d-e99a-b924703a82f7', memoryBytes: 6 * MiB });
  });

  it('is the memory alone for a slice, and nothing where the driver does not tell that', () => {
    expect(usageOf(factsOf('590-h100-mig'))).toEqual([
      { uuid: 'GPU-00000000-0000-0000-0000-000000000000', memoryBytes: 59 * MiB, celsius: 42 },
      { uuid: 'MIG-00000000-0000-0000-0000-000000000000', memoryBytes: 26 * MiB },
      { uuid: 'MIG-00000000-0000-0000-0000-000000000001', memoryBytes: 17 * MiB },
      { uuid: 'MIG-00000000-0000-0000-0000-000000000002', memoryBytes: 9 * MiB },
      { uuid: 'MIG-00000000-0000-0000-0000-000000000003', memoryBytes: 9 * MiB },
    ]);
    expect(usageOf(factsOf('460-a100-mig'))[1]).toEqual({ uuid: 'MIG-GPU-fe14a161-d1f3-7706-c257-3b22fe15c684/7/0' });
  });

  it('is the trouble of one that is lost', () => {
    expect(usageOf(factsOf('lost-in-place'))).toEqual([{ uuid: 'GPU-66666666-7777-8888-9999-aaaaaaaaaaaa', problem: 'GPU is lost' }]);
  });
});
