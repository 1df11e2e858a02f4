// A life of the reconciling half of the agent that ends by SIGKILL right before or after one call to the engine:
// its arguments are DIRECTORY NODE METHOD before|after. For bundleProgram.
import { addressSchema } from '@muster/protocol/primitives';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import { startBench } from './reconcile-bench.ts';
import { testRuntime } from './test-docker.ts';

const [directory = '', node, method = '', when = ''] = process.argv.slice(2);

function dieAt(runtime: ContainerRuntime): ContainerRuntime {
  return new Proxy(runtime, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name !== method || typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (when === 'before') process.kill(process.pid, 'SIGKILL');
        const result: unknown = await Reflect.apply(value, target, args);
        process.kill(process.pid, 'SIGKILL');
        return result;
      };
    },
  });
}

const bench = await startBench({ directory, node: addressSchema.parse(node), runtime: dieAt(testRuntime()) });
bench.reconciler.wake();
