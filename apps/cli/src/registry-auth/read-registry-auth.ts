import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { RegistryCredentials } from '@muster/protocol/images/registry-credentials';
import { UsageError } from '../usage-error.ts';

const plainSchema = z.object({ username: z.string(), password: z.string().min(1) });
/** As `docker login` keeps them, where no credential helper does. */
const dockerSchema = z.object({ auths: z.record(z.string(), z.object({ auth: z.string().optional() })) });

/** Docker Hub under the name that `docker login` gives it. */
const DOCKER_HUB = 'https://index.docker.io/v1/';
const FORMS =
  'Give {"username": "…", "password": "…"} or a config.json of Docker with auths; or env, with MUSTER_REGISTRY_USERNAME and MUSTER_REGISTRY_PASSWORD set.';

export interface RegistryAuthSource {
  /** A file, or `env`. */
  from: string;
  env: { username: string | undefined; password: string | undefined };
}

/** The credentials for this registry. Nothing of them is ever printed. Throws UsageError. */
export async function readRegistryAuth({ from, env }: RegistryAuthSource, registry: string): Promise<RegistryCredentials> {
  if (from === 'env') {
    if (env.password) return { registry, username: env.username ?? '', password: env.password };
    throw new UsageError('MUSTER_REGISTRY_PASSWORD is not set.', FORMS);
  }
  const text = await readFile(from, 'utf8').catch(() => {
    throw new UsageError(`The file ${from} cannot be read.`, FORMS);
  });
  return { registry, ...parse(text, from, registry) };
}

function parse(text: string, file: string, registry: string): { username: string; password: string } {
  const value = parseJson(text);
  const plain = plainSchema.safeParse(value);
  if (plain.success) return plain.data;
  const docker = dockerSchema.safeParse(value);
  // No part of the file goes into a message.
  if (!docker.success) throw new UsageError(`The file ${file} holds no credentials.`, FORMS);
  const { auths } = docker.data;
  const entry = auths[registry] ?? auths[`https://${registry}`] ?? (registry === 'docker.io' ? auths[DOCKER_HUB] : undefined);
  const [, username = '', password = ''] = /^([^:]*):(.+)$/s.exec(Buffer.from(entry?.auth ?? '', 'base64').toString()) ?? [];
  if (password !== '') return { username, password };
  throw new UsageError(
    `The file ${file} has no credentials for ${registry}.`,
    `Run docker login ${registry} without a credential helper. ${FORMS}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
