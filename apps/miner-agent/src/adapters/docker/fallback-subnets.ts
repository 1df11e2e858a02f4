import { createHash } from 'node:crypto';

const CANDIDATES = 16;

/**
 * Engines come with room for about thirty bridge networks. Beyond it, subnets of 16 addresses out of 198.18.0.0/15, which is set aside
 * for benchmarks (RFC 2544), so no LAN or VPN of the machine's owner is behind it. Several per name, since two may want the same.
 */
export function fallbackSubnets(name: string): string[] {
  return Array.from({ length: CANDIDATES }, (_, attempt) => {
    const hash = createHash('sha256').update(`${name}:${attempt}`).digest();
    // 17 host bits, of which a /28 takes 4: 8192 subnets.
    const index = hash.readUInt16BE(0) % 8192;
    const base = index * 16;
    return `198.${18 + (base >>> 16)}.${(base >>> 8) & 0xff}.${base & 0xff}/28`;
  });
}
