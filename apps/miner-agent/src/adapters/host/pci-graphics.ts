import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PciGraphics } from '../../ports/host.ts';

const VENDORS: Readonly<Record<string, PciGraphics['vendor']>> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };
/** PCI classes: display controllers (03), processing accelerators (12). */
const GRAPHICS = /^0x(03|12)/;

/** What sits in the machine, whether or not a driver looks after it; none where the system has no such directory. */
export async function readPciGraphics(root = '/sys/bus/pci/devices'): Promise<PciGraphics[]> {
  const addresses = await readdir(root).catch(() => []);
  const found = await Promise.all(addresses.map((address) => readDevice(root, address)));
  return found.filter((device) => device !== null);
}

async function readDevice(root: string, address: string): Promise<PciGraphics | null> {
  const read = (name: string) =>
    readFile(join(root, address, name), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  const [kind, vendor, device] = await Promise.all([read('class'), read('vendor'), read('device')]);
  const known = VENDORS[vendor];
  return GRAPHICS.test(kind) && known !== undefined ? { vendor: known, address, id: `${vendor.slice(2)}:${device.slice(2)}` } : null;
}
