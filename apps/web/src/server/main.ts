import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitOnEnvError } from '@muster/runtime/env';
import { createLifetime } from '@muster/runtime/lifetime';
import { createLogger } from '@muster/runtime/logger';
import packageJson from '../../package.json' with { type: 'json' };
import { toConfig } from './config.ts';
import { readEnv } from './env.ts';
import { failStart } from './fail-start.ts';
import { serve } from './serve.ts';

/** The app's folder, from `src/server` (development) or `dist` (production). */
function appDir(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith('dist') ? dirname(here) : join(here, '..', '..');
}

async function main(): Promise<void> {
  const env = exitOnEnvError(() => readEnv());
  const config = toConfig(env, packageJson.version);
  const logger = createLogger(config.log);
  const lifetime = createLifetime({ logger });
  try {
    await serve({ config, logger, lifetime }, appDir());
  } catch (error) {
    if (!lifetime.signal.aborted) failStart(error);
    await lifetime.stop('the start failed');
  }
  await aborted(lifetime.signal);
  await lifetime.stop('asked to');
  // All is stopped, but timers that are not ours would keep the process for seconds: of Prisma's migration engine, and of Next's workers.
  process.exit();
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));

await main().catch(failStart);
