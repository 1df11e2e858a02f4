import { buffer } from 'node:stream/consumers';
import { AppError } from '@muster/protocol/errors/app-error';
import { extract, pack } from 'tar-stream';
import type { ContainerRuntime, Labels, VolumeArchive, VolumePreparation } from '../../ports/container-runtime.ts';
import { labelFilter } from './containers.ts';
import { engineError, messageOf, statusOf, type Engine } from './engine.ts';
import { createHelper, removeHelper, VOLUME_MOUNT, withHelper } from './helper-container.ts';

type Volumes = Pick<ContainerRuntime, 'listVolumes' | 'removeVolume' | 'prepareVolume' | 'archiveVolume' | 'readPasswd'>;

const MAX_PASSWD_BYTES = 256 * 1024;

export function createVolumes(engine: Engine): Volumes {
  async function prepareVolume({ name, labels, helperLabels, image, owner }: VolumePreparation): Promise<void> {
    try {
      await engine.createVolume({ Name: name, Labels: { ...labels } });
      // Creating what exists changes nothing, so what exists must be looked at.
      if (!(await isLabelled(engine, name, labels)))
        throw new AppError('CONTAINER_START_FAILED', { publicMessage: `A volume named ${name} exists that this agent did not make` });
      await withHelper(engine, { image, labels: helperLabels, volume: name }, async (helper) => {
        await helper.putArchive(await directoryEntry(VOLUME_MOUNT.slice(1), owner), { path: '/' });
      });
    } catch (error) {
      throw engineError(error, 'CONTAINER_START_FAILED', `The volume could not be prepared: ${messageOf(error)}`);
    }
  }

  async function listVolumes(labels: Labels): Promise<string[]> {
    try {
      const { Volumes: found } = await engine.listVolumes({ filters: labelFilter(labels) });
      return (found ?? []).map(({ Name }) => Name);
    } catch (error) {
      throw engineError(error, 'DOCKER_UNAVAILABLE');
    }
  }

  async function removeVolume(name: string): Promise<void> {
    try {
      await engine.getVolume(name).remove();
    } catch (error) {
      if (statusOf(error) !== 404)
        throw engineError(error, 'CONTAINER_START_FAILED', `The volume could not be removed: ${messageOf(error)}`);
    }
  }

  async function* archiveVolume({ name, labels, helperLabels, image, signal }: VolumeArchive): AsyncGenerator<Uint8Array> {
    // By its name alone it may be another node's: task ids are any master's word.
    if (!(await isLabelled(engine, name, labels))) throw new AppError('VOLUME_UNKNOWN');
    const helper = await createHelper(engine, { image, labels: helperLabels, volume: name }).catch((error: unknown) => {
      throw engineError(error, 'SNAPSHOT_FAILED');
    });
    try {
      for await (const chunk of await helper.getArchive({ path: `${VOLUME_MOUNT}/.` })) {
        signal.throwIfAborted();
        yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw engineError(error, 'SNAPSHOT_FAILED');
    } finally {
      await removeHelper(helper);
    }
  }

  async function readPasswd(image: string, labels: Labels): Promise<string | null> {
    try {
      return await withHelper(engine, { image, labels }, async (helper) => firstFile(await helper.getArchive({ path: '/etc/passwd' })));
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw engineError(error, 'CONTAINER_START_FAILED');
    }
  }

  return { listVolumes, removeVolume, prepareVolume, archiveVolume, readPasswd };
}

/** Whether it is there and bears all of these. */
async function isLabelled(engine: Engine, name: string, labels: Labels): Promise<boolean> {
  try {
    const { Labels: found } = await engine.getVolume(name).inspect();
    return Object.entries(labels).every(([label, value]) => found?.[label] === value);
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function directoryEntry(name: string, { uid, gid }: { uid: number; gid: number }): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: `${name}/`, type: 'directory', mode: 0o755, uid, gid });
  archive.finalize();
  return buffer(archive);
}

async function firstFile(archive: NodeJS.ReadableStream): Promise<string | null> {
  const entries = extract();
  archive.on('error', (error: Error) => entries.destroy(error));
  archive.pipe(entries);
  for await (const entry of entries) {
    if (entry.header.type !== 'file' || (entry.header.size ?? 0) > MAX_PASSWD_BYTES) return null;
    return (await buffer(entry)).toString('utf8');
  }
  return null;
}
