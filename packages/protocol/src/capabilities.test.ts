import { expect, it } from 'vitest';

import { capabilitiesHash, capabilitiesSchema } from './capabilities.ts';

const document = capabilitiesSchema.parse({
  version: 1,
  cpu: { model: 'EPYC', cores: 16, threads: 32 },
  memoryBytes: 64e9,
  diskBytes: 500e9,
  gpus: [],
  os: { platform: 'linux', kernel: '6.1', arch: 'x64' },
  docker: { version: '28.0.0' },
  agent: { version: '0.1.0' },
});

it('hashes alike however its keys are ordered, and otherwise differently', () => {
  const { version, ...rest } = document;
  expect(capabilitiesHash({ ...rest, version })).toBe(capabilitiesHash(document));
  expect(capabilitiesHash({ ...document, memoryBytes: 65e9 })).not.toBe(capabilitiesHash(document));
});

it('takes no field that it does not know', () => {
  expect(capabilitiesSchema.safeParse({ ...document, price: 1 }).success).toBe(false);
  expect(capabilitiesSchema.safeParse({ ...document, cpu: { ...document.cpu, threads: 0 } }).success).toBe(false);
});
