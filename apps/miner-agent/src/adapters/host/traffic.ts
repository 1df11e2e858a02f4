/** Bytes received and sent over the interfaces that `counts`, from /proc/net/dev or a process's own. */
export function parseTraffic(text: string, counts: (name: string) => boolean): { rxBytes: number; txBytes: number } {
  let rxBytes = 0;
  let txBytes = 0;
  for (const line of text.split('\n')) {
    const [, name, figures] = /^\s*([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || figures === undefined || !counts(name)) continue;
    const columns = figures.trim().split(/\s+/).map(Number);
    rxBytes += columns[0] ?? 0;
    txBytes += columns[8] ?? 0;
  }
  return { rxBytes, txBytes };
}

/** What a machine sends to others: neither loopback nor the inner side of containers, whose traffic passes a real interface anyway. */
export const isOutward = (name: string): boolean => !/^(lo|veth|docker|br-|virbr|cni|tap|mu[0-9a-f]{6})/.test(name);
