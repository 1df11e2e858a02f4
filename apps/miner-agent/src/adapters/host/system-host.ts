import { readFile, statfs } from 'node:fs/promises';
import { arch, freemem, networkInterfaces, platform, release, totalmem } from 'node:os';
import type { Host } from '../../ports/host.ts';
import { createLoadMeter, describeProcessor } from './processor.ts';
import { rankAddresses } from './rank-addresses.ts';
import { countFiles } from './count-files.ts';
import { isOutward, parseTraffic } from './traffic.ts';
import { runTool } from './run-tool.ts';
import { readGpus } from './nvidia-smi/read-gpus.ts';
import { readPciGraphics } from './pci-graphics.ts';

export function createSystemHost(): Host {
  const load = createLoadMeter();
  return {
    describe: async () => ({
      cpu: await describeProcessor(),
      memoryBytes: totalmem(),
      os: { platform: platform(), kernel: release(), arch: arch() },
    }),
    async diskSpace(path) {
      const { bavail, blocks, bsize, files, ffree } = await statfs(path);
      const [totalFiles, freeFiles] = files === 0 ? [Infinity, Infinity] : [files, ffree];
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles, totalFiles };
    },
    countFiles,
    async usage() {
      return {
        cpu: load(),
        // What is free counts caches that give way, as the kernel reckons it.
        memoryBytes: Math.max(0, totalmem() - freemem()),
        ...(await readTraffic()),
      };
    },
    gpus: readGpus,
    graphics: () => readPciGraphics(),
    addresses: () => rankAddresses(networkInterfaces()),
    async keepsTime() {
      const { code, stdout } = await runTool('timedatectl', ['show', '--property=NTPSynchronized', '--value'], { timeoutMs: 3_000 });
      return code === 0 ? stdout.trim() === 'yes' : null;
    },
  };
}

const readTraffic = () =>
  readFile('/proc/net/dev', 'utf8').then(
    (text) => parseTraffic(text, isOutward),
    () => ({}),
  );
