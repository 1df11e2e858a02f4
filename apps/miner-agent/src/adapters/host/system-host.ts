import { readFile, statfs } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { cpu, mem, osInfo } from 'systeminformation';
import type { Host } from '../../ports/host.ts';
import { createLoadMeter } from './cpu-load.ts';
import { rankAddresses } from './rank-addresses.ts';
import { countFiles } from './count-files.ts';
import { isOutward, parseTraffic } from './traffic.ts';
import { runTool } from './run-tool.ts';
import { readToolkitVersion } from './toolkit-version.ts';
import { readGpus } from './nvidia-smi/read-gpus.ts';
import { readPciGraphics } from './pci-graphics.ts';

export function createSystemHost(): Host {
  const load = createLoadMeter();
  return {
    async describe() {
      const [processor, memory, os] = await Promise.all([cpu(), mem(), osInfo()]);
      const threads = Math.max(1, processor.cores);
      return {
        cpu: {
          model: (processor.brand || processor.manufacturer || 'unknown').slice(0, 200),
          cores: Math.max(1, processor.physicalCores || threads),
          threads,
        },
        memoryBytes: memory.total,
        os: { platform: os.platform, kernel: os.kernel, arch: os.arch },
      };
    },
    async diskSpace(path) {
      const { bavail, blocks, bsize, files, ffree } = await statfs(path);
      const [totalFiles, freeFiles] = files === 0 ? [Infinity, Infinity] : [files, ffree];
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles, totalFiles };
    },
    countFiles,
    async usage() {
      const [memory, traffic] = await Promise.all([mem(), readTraffic()]);
      return {
        cpu: load(),
        memoryBytes: Math.max(0, memory.total - memory.available),
        ...traffic,
      };
    },
    gpus: readGpus,
    graphics: () => readPciGraphics(),
    toolkitVersion: readToolkitVersion,
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
