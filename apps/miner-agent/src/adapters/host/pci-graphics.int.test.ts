import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { readPciGraphics } from './pci-graphics.ts';

it('finds graphics of the three vendors by their class, and nothing else', async () => {
  const dir = await createTempDir('muster-pci');
  onTestFinished(() => dir.remove());
  const devices = {
    '0000:00:02.0': ['0x030000', '0x8086', '0x9a49'],
    '0000:03:00.0': ['0x038000', '0x1002', '0x744c'],
    '0000:65:00.0': ['0x030200', '0x10de', '0x2330'],
    '0000:66:00.0': ['0x020000', '0x10de', '0x1db1'],
    '0000:01:00.0': ['0x030000', '0x1234', '0x1111'],
  };
  for (const [address, [kind, vendor, device]] of Object.entries(devices)) {
    await mkdir(join(dir.path, address));
    for (const [name, value] of Object.entries({ class: kind, vendor, device }))
      await writeFile(join(dir.path, address, name), `${value}\n`);
  }
  const found = await readPciGraphics(dir.path);
  expect(found.toSorted((a, b) => (a.address < b.address ? -1 : 1))).toEqual([
    { vendor: 'Intel', address: '0000:00:02.0', id: '8086:9a49' },
    { vendor: 'AMD', address: '0000:03:00.0', id: '1002:744c' },
    { vendor: 'NVIDIA', address: '0000:65:00.0', id: '10de:2330' },
  ]);
  expect(await readPciGraphics(join(dir.path, 'nowhere'))).toEqual([]);
});
