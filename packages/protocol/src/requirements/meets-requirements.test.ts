import { describe, expect, it } from 'vitest';

import type { CapabilityDocument } from '../capabilities.ts';
import { unwrap } from '../errors/result.ts';
import { meetsRequirements } from './meets-requirements.ts';
import { parseRequirements } from './parse-requirements.ts';

const GB = 1e9;

function machine(gpus: [model: string, memoryBytes: number][] = []): CapabilityDocument {
  return {
    version: 1,
    cpu: { model: 'EPYC', cores: 16, threads: 32 },
    memoryBytes: 64 * GB,
    diskBytes: 500 * GB,
    gpus: gpus.map(([model, memoryBytes], index) => ({ uuid: `GPU-${index}`, model, memoryBytes })),
    os: { platform: 'linux', kernel: '6.1', arch: 'x64' },
    docker: { version: '28.0.0' },
    agent: { version: '0.1.0' },
  };
}
const H100: [string, number] = ['NVIDIA H100 80GB HBM3', 85 * GB];
const A100: [string, number] = ['NVIDIA A100-SXM4-40GB', 42 * GB];

const missed = (text: string, document: CapabilityDocument) => {
  const result = meetsRequirements(document, unwrap(parseRequirements(text)));
  return result.ok ? [] : result.error.map(({ key }) => key);
};

describe('meetsRequirements', () => {
  it.each([
    ['', machine()],
    ['cpu: 32, memory: 64GB, disk: 500GB', machine()],
    ['cpu: ..32', machine()],
    ['gpu: ..0', machine()],
    ['gpu: H100:2', machine([H100, H100])],
    ['gpu: H100', machine([H100, H100, A100])],
    ['gpu: h100:1..1, gpu.memory: 80GB..', machine([H100, A100])],
    ['gpu.memory: 80GB..', machine([A100, H100])],
    ['gpu: 2.., gpu.memory: 40GB..', machine([A100, H100])],
    ['gpu: A100 SXM4', machine([A100])],
    ['gpu: RTX4090', machine([['NVIDIA GeForce RTX 4090', 25 * GB]])],
  ])('"%s" is met', (text, document) => {
    expect(missed(text, document)).toEqual([]);
  });

  it.each([
    ['cpu: 33', machine(), ['cpu']],
    ['memory: 64.1GB, disk: 1TB, cpu: 8', machine(), ['memory', 'disk']],
    ['cpu: ..16', machine(), ['cpu']],
    ['gpu: 1..', machine(), ['gpu']],
    ['gpu.memory: 1GB..', machine(), ['gpu']],
    ['gpu: H100:2', machine([H100, A100]), ['gpu']],
    ['gpu: A10', machine([A100]), ['gpu']],
    ['gpu: A100, gpu.memory: 80GB..', machine([A100, H100]), ['gpu.memory']],
    ['gpu: ..1', machine([H100, H100]), ['gpu']],
  ])('"%s" is missed', (text, document, keys) => {
    expect(missed(text, document)).toEqual(keys);
  });

  it('says in words what is asked and what is there', () => {
    const result = meetsRequirements(machine([A100]), unwrap(parseRequirements('memory: 128GB.., gpu: H100:8')));
    expect(result).toEqual({
      ok: false,
      error: [
        { key: 'memory', required: '128GB..', actual: '64GB' },
        { key: 'gpu', required: 'H100:8..', actual: 'NVIDIA A100-SXM4-40GB (42GB)' },
      ],
    });
  });
});
