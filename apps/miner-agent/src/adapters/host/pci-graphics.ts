import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PciGraphics } from '../../ports/host.ts';

/** Who makes what computes. A display adapter of any other maker is a server's console or a virtual machine's screen. */
const MAKERS: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x1da3': 'Habana',
  '0x1e52': 'Tenstorrent',
  '0x1ed5': 'Moore Threads',
  '0x19e5': 'Huawei',
};
const DISPLAY = /^0x03/;
/** Processing accelerators, whoever makes them. */
const ACCELERATOR = /^0x12/;

interface Device {
  address: string;
  kind: string;
  vendor: string;
  device: string;
  driver: string | null;
}

/** What sits in the machine, whether or not a driver looks after it; none where the system has no such directory. */
export async function readPciGraphics(root = '/sys/bus/pci/devices'): Promise<PciGraphics[]> {
  const addresses = await readdir(root).catch(() => []);
  const devices = await Promise.all(addresses.map((address) => readDevice(root, address)));
  return devices
    .filter(({ kind, vendor }) => ACCELERATOR.test(kind) || (DISPLAY.test(kind) && MAKERS[vendor] !== undefined))
    .map(({ address, vendor, device, driver, kind }) => ({
      vendor: MAKERS[vendor] ?? `maker ${vendor.slice(2)}`,
      address,
      id: `${vendor.slice(2)}:${device.slice(2)}`,
      isIntegrated: isIntegrated({ address, vendor, kind }, devices),
      driver,
    }));
}

async function readDevice(root: string, address: string): Promise<Device> {
  const read = (name: string) =>
    readFile(join(root, address, name), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const [kind, vendor, device] = await Promise.all([read('class'), read('vendor'), read('device')]);
  const driver = await readlink(join(root, address, 'driver')).then(basename, () => null);
  return { address, kind, vendor, device, driver };
}

const AMD_PROCESSOR = '0x1022';

/**
 * Graphics of the processor itself. Intel's are always at 00:02, its neural units elsewhere on the root bus, where a virtual machine has
 * cards too. AMD's share their slot with other functions of the processor; before 2018 they were at 00:01.
 */
function isIntegrated({ address, vendor, kind }: Pick<Device, 'address' | 'vendor' | 'kind'>, devices: readonly Device[]): boolean {
  const slot = address.replace(/\.\d+$/, '');
  if (vendor === '0x8086') return slot.endsWith(':00:02') || (ACCELERATOR.test(kind) && slot.includes(':00:'));
  if (vendor !== '0x1002') return false;
  return slot.endsWith(':00:01') || devices.some((one) => one.vendor === AMD_PROCESSOR && one.address.startsWith(`${slot}.`));
}
