import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { aptInstall } from '../../scripts/lib/debian.mjs';

const exec = promisify(execFile);

/** The image of the demo task and of the local validator's container challenge. */
export const demoImage = 'muster/demo:latest';
const publicImage = 'busybox:1.37';
const staticBusybox = ['/bin/busybox', '/usr/bin/busybox'];

/** Makes {@link demoImage} present: kept if there, else a small public image, else one made of a static busybox. */
export async function ensureDemoImage(docker: Docker): Promise<string> {
  if (await isPresent(docker, demoImage)) return 'already there';
  if (await pull(docker, publicImage)) {
    await docker.getImage(publicImage).tag({ repo: 'muster/demo', tag: 'latest' });
    return `pulled ${publicImage}`;
  }
  await importBusybox(docker);
  return 'built from a static busybox (no registry in reach)';
}

async function isPresent(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch {
    return false;
  }
}

async function pull(docker: Docker, name: string): Promise<boolean> {
  try {
    const stream = await docker.pull(name, { abortSignal: AbortSignal.timeout(30_000) });
    await new Promise<void>((resolve, reject) => docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())));
    return await isPresent(docker, name);
  } catch {
    return false;
  }
}

async function importBusybox(docker: Docker): Promise<void> {
  if (!staticBusybox.some((path) => existsSync(path))) await aptInstall(['busybox-static'], 'A static busybox for the demo image');
  const busybox = staticBusybox.find((path) => existsSync(path)) ?? '/bin/busybox';
  const dir = await mkdtemp(join(tmpdir(), 'muster-image-'));
  try {
    const rootfs = join(dir, 'rootfs');
    await Promise.all(['bin', 'etc', 'proc', 'sys', 'dev', 'data'].map((name) => mkdir(join(rootfs, name), { recursive: true })));
    await mkdir(join(rootfs, 'tmp'), { mode: 0o1777 });
    await copyFile(busybox, join(rootfs, 'bin/busybox'));
    const { stdout } = await exec(busybox, ['--list']);
    const applets = stdout.split('\n').filter((name) => name && name !== 'busybox');
    await Promise.all(applets.map((name) => symlink('busybox', join(rootfs, 'bin', name))));
    await writeFile(join(rootfs, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n');
    const archive = join(dir, 'rootfs.tar');
    await exec('tar', ['-C', rootfs, '--owner=0', '--group=0', '-cf', archive, '.']);
    const changes = ['ENV PATH=/bin', 'CMD ["sh"]'];
    const stream = await docker.importImage(archive, { repo: 'muster/demo', tag: 'latest', changes });
    await new Promise<void>((resolve, reject) => docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
