import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@muster/runtime/temp-dir';
import { expect, it, onTestFinished } from 'vitest';
import { readPciGraphics } from './pci-graphics.ts';

/** Class, vendor, device and, where one has it, the kernel's driver: as lspci -nnk shows the machine. */
type Devices = Record<string, readonly [kind: string, vendor: string, device: string, driver?: string]>;

async function look(devices: Devices) {
  const dir = await createTempDir('muster-pci');
  onTestFinished(() => dir.remove());
  for (const [address, [kind, vendor, device, driver]] of Object.entries(devices)) {
    await mkdir(join(dir.path, address));
    for (const [name, value] of Object.entries({ class: kind, vendor, device }))
      await writeFile(join(dir.path, address, name), `${value}\n`);
    if (driver) await symlink(`../../../bus/pci/drivers/${driver}`, join(dir.path, address, 'driver'));
  }
  const found = await readPciGraphics(dir.path);
  return found
    .toSorted((a, b) => (a.address < b.address ? -1 : 1))
    .map(({ vendor, id, isIntegrated, driver }) => `${vendor} ${id}${isIntegrated ? ' integrated' : ''}${driver ? ` ${driver}` : ''}`);
}

it('finds cards and accelerators by their class, and nothing else', async () => {
  expect(
    await look({
      '0000:01:00.0': ['0x030000', '0x1234', '0x1111'],
      '0000:02:00.0': ['0x030000', '0x1a03', '0x2000', 'ast'],
      '0000:03:00.0': ['0x038000', '0x1002', '0x744c', 'amdgpu'],
      '0000:03:00.1': ['0x040300', '0x1002', '0xab30', 'snd_hda_intel'],
      '0000:05:00.0': ['0x030000', '0x8086', '0x56a0', 'i915'],
      '0000:65:00.0': ['0x030200', '0x10de', '0x2330', 'nvidia'],
      '0000:66:00.0': ['0x020000', '0x10de', '0x1db1'],
      '0000:67:00.0': ['0x030200', '0x10de', '0x2330', 'vfio-pci'],
      '0000:a1:00.0': ['0x120000', '0x1da3', '0x1020', 'habanalabs'],
      '0000:a2:00.0': ['0x120000', '0x1ac1', '0x089a'],
    }),
  ).toEqual([
    'AMD 1002:744c amdgpu',
    'Intel 8086:56a0 i915',
    'NVIDIA 10de:2330 nvidia',
    'NVIDIA 10de:2330 vfio-pci',
    'Habana 1da3:1020 habanalabs',
    'maker 1ac1 1ac1:089a',
  ]);
});

it.each<[string, Devices, string[]]>([
  ['an Intel desktop', { '0000:00:02.0': ['0x030000', '0x8086', '0x4680', 'i915'] }, ['Intel 8086:4680 integrated i915']],
  [
    'an Intel laptop with a neural unit',
    { '0000:00:02.0': ['0x030000', '0x8086', '0x7d55'], '0000:00:0b.0': ['0x120000', '0x8086', '0x7d1d', 'intel_vpu'] },
    ['Intel 8086:7d55 integrated', 'Intel 8086:7d1d integrated intel_vpu'],
  ],
  [
    'an AMD processor with graphics, beside a card of AMD',
    {
      '0000:03:00.0': ['0x030000', '0x1002', '0x744c', 'amdgpu'],
      '0000:0e:00.0': ['0x030000', '0x1002', '0x164e', 'amdgpu'],
      '0000:0e:00.2': ['0x108000', '0x1022', '0x1649', 'ccp'],
      '0000:0e:00.3': ['0x0c0330', '0x1022', '0x15b6', 'xhci_hcd'],
    },
    ['AMD 1002:744c amdgpu', 'AMD 1002:164e integrated amdgpu'],
  ],
  ['an AMD processor of 2014', { '0000:00:01.0': ['0x030000', '0x1002', '0x130f', 'radeon'] }, ['AMD 1002:130f integrated radeon']],
  [
    'a virtual machine with passed-through cards on its root bus',
    { '0000:00:05.0': ['0x038000', '0x1002', '0x74a1'], '0000:00:06.0': ['0x030000', '0x8086', '0x56c0'] },
    ['AMD 1002:74a1', 'Intel 8086:56c0'],
  ],
])('tells what is part of the processor from what is a card: %s', async (_, devices, lines) => {
  expect(await look(devices)).toEqual(lines);
});

it('finds nothing where the system has no such directory', async () => {
  expect(await readPciGraphics('/nowhere/at/all')).toEqual([]);
});
