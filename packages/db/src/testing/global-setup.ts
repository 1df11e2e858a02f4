import { createLogger } from '@muster/runtime/logger';
import { createTempDir } from '@muster/runtime/temp-dir';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../embedded/start-postgres.ts';
import { createTemplate } from './template.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the shared server's maintenance database. */
    postgresUrl: string;
  }
}

let stop: (() => Promise<void>) | undefined;

/** Vitest's globalSetup of every integration project: one real PostgreSQL, and in it a migrated template. */
export async function setup(project: TestProject): Promise<void> {
  const temp = await createTempDir('muster-test-pg');
  const logger = createLogger({ name: 'test-postgres', level: 'warn' });
  // Tests kill processes, never the power: no need to wait for the disk.
  const server = await startEmbeddedPostgres({ dataDir: temp.path, logger, settings: { fsync: 'off', max_connections: '200' } });
  stop = async () => {
    await server.stop();
    await temp.remove();
  };
  // Vitest does not tear down what failed to set up.
  await createTemplate(server.url).catch(async (error: unknown) => {
    await stop?.();
    throw error;
  });
  project.provide('postgresUrl', server.url);
}

export async function teardown(): Promise<void> {
  await stop?.();
}
