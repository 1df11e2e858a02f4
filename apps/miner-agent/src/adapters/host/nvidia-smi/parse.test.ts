import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainFailure, grantableGpus, parseGpuRows, parseMigDevices, parseMigParents, usageOfRows } from './parse.ts';

const MiB = 1024 * 1024;
const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const gpusOf = (name: string, { list = '', mode = '' } = {}) =>
  grantableGpus({
    rows: parseGpuRows(fixture(`${name}.csv`)),
    slices: parseMigDevices(list === '' ? '' : fixture(list)),
    migParents: parseMigParents(mode === '' ? '' : fixture(mode)),
  });

describe('GPUs that can be given', () => {
  it('are read one by one', () => {
    expect(gpusOf('535-two-h100', { list: '535-two-h100.list' })).toEqual([
      { uuid: 'GPU-5e2f0c6a-1b7c-4d2e-9f3a-3d0f5c1b2a01', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 81_559 * MiB },
      { uuid: 'GPU-5e2f0c6a-1b7c-4d2e-9f3a-3d0f5c1b2a02', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 81_559 * MiB },
    ]);
  });

  it('are the slices of a divided one, and never the whole beside them', () => {
    expect(gpusOf('550-a100-mig', { list: '550-a100-mig.list', mode: '550-a100-mig.mode' })).toEqual([
      { uuid: 'MIG-7089d0f3-293f-58c9-8f8c-5ea666eedbde', model: 'NVIDIA A100-SXM4-80GB MIG 3g.40gb', memoryBytes: 40e9 },
      { uuid: 'MIG-d0fb9ca0-1b4e-5b37-9d3b-4f7b8f0b6c11', model: 'NVIDIA A100-SXM4-80GB MIG 1c.3g.40gb', memoryBytes: 40e9 },
      { uuid: 'MIG-56c30729-347f-5dd6-8da0-c3cc59e969e0', model: 'NVIDIA A100-SXM4-80GB MIG 1g.10gb+me', memoryBytes: 10e9 },
      { uuid: 'GPU-6d4f1e5b-0c22-7a91-3b10-51a7c1f0e9d2', model: 'NVIDIA A100-SXM4-80GB', memoryBytes: 81_920 * MiB },
    ]);
  });

  it('are not one that is to be divided and is not yet', () => {
    expect(gpusOf('550-a100-mig', { mode: '550-a100-mig.mode' }).map(({ uuid }) => uuid)).toEqual([
      'GPU-6d4f1e5b-0c22-7a91-3b10-51a7c1f0e9d2',
    ]);
  });

  it('are named by their parent under old drivers', () => {
    expect(gpusOf('450-a100-mig', { list: '450-a100-mig.list' })).toEqual([
      { uuid: 'MIG-GPU-b0b9d0c0-8a21-1f3e-6c52-40f0b7f5a0c4/1/0', model: 'A100-SXM4-40GB MIG 3g.20gb', memoryBytes: 20e9 },
      { uuid: 'MIG-GPU-b0b9d0c0-8a21-1f3e-6c52-40f0b7f5a0c4/2/0', model: 'A100-SXM4-40GB MIG 3g.20gb', memoryBytes: 20e9 },
    ]);
  });

  it('are given though the driver does not tell their memory', () => {
    expect(gpusOf('580-gb10-unified')).toEqual([
      { uuid: 'GPU-2dee1e25-b3b5-007e-2b55-79f2d0f2ebe5', model: 'NVIDIA GB10', memoryBytes: 0 },
    ]);
    expect(parseMigParents(fixture('440-geforce.mode-error')).size).toBe(0);
  });
});

describe('usage of GPUs', () => {
  it('is what the driver tells, and nothing where it does not', () => {
    expect(usageOfRows(parseGpuRows(fixture('535-two-h100.csv')))[0]).toEqual({
      uuid: 'GPU-5e2f0c6a-1b7c-4d2e-9f3a-3d0f5c1b2a01',
      utilisation: 0.98,
      memoryBytes: 72_331 * MiB,
      celsius: 61,
    });
    expect(usageOfRows(parseGpuRows(fixture('440-geforce.csv')))[1]).toEqual({
      uuid: 'GPU-0b1d2c3e-4f50-6172-8394-a5b6c7d8e9f0',
      memoryBytes: 130 * MiB,
      celsius: 41,
    });
    expect(usageOfRows(parseGpuRows(fixture('580-gb10-unified.csv')))).toEqual([
      { uuid: 'GPU-2dee1e25-b3b5-007e-2b55-79f2d0f2ebe5', utilisation: 0, celsius: 35 },
    ]);
  });

  it('is empty of a GPU that is lost, and a row of errors is no GPU', () => {
    expect(usageOfRows(parseGpuRows(fixture('535-one-lost.csv')))).toEqual([
      { uuid: 'GPU-11111111-2222-3333-4444-555555555555', utilisation: 0, memoryBytes: MiB, celsius: 30 },
      { uuid: 'GPU-66666666-7777-8888-9999-aaaaaaaaaaaa' },
    ]);
  });
});

describe('a driver in trouble', () => {
  it.each([
    ['mismatch.txt', 'Driver/library version mismatch', 'reboot'],
    ['not-loaded.txt', "couldn't communicate with the NVIDIA driver", 'modprobe nvidia'],
    ['lost.txt', 'GPU is lost', 'fallen off the bus'],
  ])('is explained: %s', (name, problem, fix) => {
    expect(explainFailure(fixture(name))).toEqual({ problem: expect.stringContaining(problem), fix: expect.stringContaining(fix) });
  });
});
