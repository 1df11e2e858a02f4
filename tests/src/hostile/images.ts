import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { aptInstall } from '../../../tooling/scripts/lib/debian.mjs';
import type Docker from 'dockerode';

const exec = promisify(execFile);

/** An interpreter that makes any system call (perl), a shell, and a setuid program that says who it is. */
export const hostileImage = 'muster/hostile:latest';
/** The same, with all that an image may ask of the engine beside what the task says. */
export const declaringImage = 'muster/hostile:declaring';
const DECLARED = ['VOLUME /declared', 'HEALTHCHECK --interval=1ms CMD ["true"]'];

/** Made of this machine's own programs and the libraries that they load; no registry is needed. */
export async function ensureHostileImage(docker: Docker): Promise<void> {
  await Promise.all([hostileImage, declaringImage].map((name) => docker.getImage(name).inspect())).catch(() => build(docker));
}

async function build(docker: Docker): Promise<void> {
  if (!existsSync('/usr/bin/perl')) await aptInstall(['perl-base'], 'Perl for the hostile image');
  if (!existsSync('/bin/busybox') && !existsSync('/usr/bin/busybox'))
    await aptInstall(['busybox-static'], 'A static busybox for the hostile image');
  const directory = await mkdtemp(join(tmpdir(), 'muster-hostile-image-'));
  try {
    const root = join(directory, 'root');
    for (const name of ['bin', 'usr/bin', 'etc', 'proc', 'sys', 'dev']) await mkdir(join(root, name), { recursive: true });
    for (const name of ['tmp', 'data', 'declared']) {
      await mkdir(join(root, name));
      await chmod(join(root, name), 0o1777);
    }
    await addProgram(root, '/usr/bin/perl');
    await addProgram(root, '/usr/bin/id');
    await chmod(join(root, 'usr/bin/id'), 0o4755);
    const { stdout: include } = await exec('perl', ['-MConfig', '-e', 'print $Config{archlib}']);
    for (const path of new Set([include, '/usr/lib/x86_64-linux-gnu/perl-base', '/usr/lib/aarch64-linux-gnu/perl-base']))
      if (existsSync(path)) await cp(path, join(root, path), { recursive: true, dereference: true });
    await copyFile(existsSync('/bin/busybox') ? '/bin/busybox' : '/usr/bin/busybox', join(root, 'bin/busybox'));
    const { stdout } = await exec(join(root, 'bin/busybox'), ['--list']);
    for (const applet of stdout.split('\n').filter((name) => name !== '' && name !== 'busybox'))
      await symlink('busybox', join(root, 'bin', applet));
    const archive = join(directory, 'root.tar');
    await exec('tar', ['-C', root, '--owner=0', '--group=0', '-cf', archive, '.']);
    for (const [tag, declared] of [
      ['latest', []],
      ['declaring', DECLARED],
    ] as const) {
      const changes = ['ENV PATH=/bin:/usr/bin', 'CMD ["sh"]', ...declared];
      const stream = await docker.importImage(archive, { repo: 'muster/hostile', tag, changes });
      await new Promise<void>((resolve, reject) => docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())));
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The program and every library that the loader would look for, at the path where it looks. */
async function addProgram(root: string, program: string): Promise<void> {
  const { stdout } = await exec('ldd', [program]);
  const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
  for (const path of [program, ...libraries]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await copyFile(await realpath(path), join(root, path));
  }
}
