import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import { packageRoot, resolveDependency } from '../package-root.ts';
import { createMigrationAdapter } from './adapter.ts';

type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');

/** The part used here; the whole would come with the browser's types. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, object>) => { exports: Record<string, unknown> };
};

let loading: Promise<EngineModule> | undefined;

/** Prisma's own schema engine, in this process; its loader wants a bundler, hence the instantiation by hand. */
function loadEngine(): Promise<EngineModule> {
  loading ??= (async () => {
    const file = resolveDependency('@prisma/schema-engine-wasm/schema_engine_bg');
    const bg: EngineModule = await import(/* @vite-ignore */ pathToFileURL(file).href);
    const wasm = await readFile(join(dirname(file), 'schema_engine_bg.wasm'));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), { './schema_engine_bg.js': { ...bg } });
    bg.__wbg_set_wasm(instance.exports);
    const start = instance.exports['__wbindgen_start'];
    if (typeof start === 'function') start();
    return bg;
  })();
  return loading;
}

/** Runs `use` with an engine on the database at `url`; every connection it opened is closed afterwards. */
export async function withSchemaEngine<T>(url: string, use: (engine: SchemaEngine) => Promise<T>): Promise<T> {
  const { SchemaEngine: Engine } = await loadEngine();
  const adapter = createMigrationAdapter(url);
  try {
    const engine = await Engine.new({ datamodels: [await readSchema()] }, () => undefined, adapter.factory);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await adapter.dispose();
  }
}

/** [path, content] of the Prisma schema, as the engine takes it. */
export async function readSchema(): Promise<[string, string]> {
  const path = join(packageRoot(), 'prisma', 'schema.prisma');
  return [path, await readFile(path, 'utf8')];
}
