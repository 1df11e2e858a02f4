import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);

/** Runs a program of its own, since signals belong to a process. `body` sees `life` and `line`. */
function run(body: string, onLine: (line: string, kill: (signal: NodeJS.Signals) => void) => void) {
  const program = `
    import { createLifetime } from ${source('./lifetime.ts')};
    import { createLogger } from ${source('./logger.ts')};
    const logger = createLogger({ name: 'life', pretty: false });
    const life = createLifetime({ logger });
    ${body}`;
  const tsx = fileURLToPath(import.meta.resolve('tsx'));
  const child = spawn(process.execPath, ['--import', `file://${tsx}`, '--input-type=module', '--eval', program]);
  return new Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>((done) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const line of chunk.toString().split('\n')) onLine(line, (signal) => void child.kill(signal));
    });
    child.on('close', (code, signal) => done({ code, signal, output }));
  });
}

describe('createLifetime', () => {
  it('stops its parts, the last first, and lets the event loop empty', async () => {
    const body = `
      const timer = setInterval(() => {}, 1000);
      life.onStop(() => { console.log('first'); clearInterval(timer); });
      life.onStop(async () => { throw new Error('broken part'); });
      life.onStop(() => console.log('last', life.signal.aborted));
      console.log('ready');`;
    const { code, output } = await run(body, (line, kill) => line === 'ready' && kill('SIGTERM'));
    expect(code).toBe(0);
    expect(output.indexOf('last true')).toBeGreaterThan(0);
    expect(output.indexOf('first')).toBeGreaterThan(output.indexOf('last true'));
    expect(output).toContain('broken part');
  });

  it('stops what a start adds after the signal, so that nothing outlives it', async () => {
    const body = `
      const timer = setInterval(() => {}, 1000);
      console.log('ready');
      await new Promise((resolve) => life.signal.addEventListener('abort', resolve));
      await life.stop('again');
      life.onStop(() => { console.log('late part stopped'); clearInterval(timer); });`;
    const { code, output } = await run(body, (line, kill) => line === 'ready' && kill('SIGINT'));
    expect(code).toBe(0);
    expect(output).toContain('late part stopped');
  });

  it('is forced by a second signal', async () => {
    const body = `
      setInterval(() => {}, 1000);
      life.onStop(() => new Promise(() => console.log('hanging')));
      console.log('ready');`;
    const { code } = await run(body, (line, kill) => {
      if (line === 'ready' || line === 'hanging') kill('SIGINT');
    });
    expect(code).toBe(130);
  });
});
