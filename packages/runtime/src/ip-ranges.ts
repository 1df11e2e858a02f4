import { BlockList, isIP } from 'node:net';

export interface IpRanges {
  has(address: string): boolean;
}

/** Addresses (`10.0.0.7`) and ranges (`10.0.0.0/8`, `fd00::/8`). Null when one of them is neither. */
export function parseIpRanges(ranges: readonly string[]): IpRanges | null {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits, ...rest] = range.split('/');
    const family = isIP(address);
    const longest = family === 4 ? 32 : 128;
    if (family === 0 || rest.length > 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= longest))) return null;
    list.addSubnet(address, bits === undefined ? longest : Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return {
    has(address) {
      const family = isIP(address);
      return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
    },
  };
}
