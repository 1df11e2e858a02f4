import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import type { Labels } from '../../ports/container-runtime.ts';
import type { Engine } from './engine.ts';

export interface HelperSpec {
  image: string;
  labels: Labels;
  /** Mounted at VOLUME_MOUNT. */
  volume?: string;
}

export const VOLUME_MOUNT = '/muster-volume';

/**
 * A container that is created and never started: through it the engine's archive API reads and writes an image's files and a
 * volume's, without a host path and without running anything. Whoever makes one removes it.
 */
export function createHelper(engine: Engine, spec: HelperSpec): Promise<Docker.Container> {
  return engine.createContainer({
    name: `muster-helper-${randomUUID()}`,
    Image: spec.image,
    Labels: { ...spec.labels },
    Entrypoint: ['/never-started'],
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      Mounts: spec.volume === undefined ? [] : [volumeMount(spec.volume, VOLUME_MOUNT)],
    },
  });
}

export const removeHelper = (helper: Docker.Container): Promise<unknown> => helper.remove({ v: true, force: true });

export async function withHelper<T>(engine: Engine, spec: HelperSpec, use: (helper: Docker.Container) => Promise<T>): Promise<T> {
  const helper = await createHelper(engine, spec);
  try {
    return await use(helper);
  } finally {
    await removeHelper(helper);
  }
}

/** A volume starts empty: copying the image's content into it would bring root's ownership along. */
export function volumeMount(name: string, path: string): Docker.MountSettings {
  return {
    Type: 'volume',
    Source: name,
    Target: path,
    ReadOnly: false,
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  };
}
