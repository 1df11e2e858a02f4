import { createLoggerTo } from '@muster/runtime/logger';
import { AppError } from '@muster/protocol/errors/app-error';
import { expect, it } from 'vitest';
import type { GpuReading } from '../ports/host.ts';
import { createFeatureBook, UNKNOWN_FEATURES } from './features.ts';
import { createGpuWatch } from './gpu-watch.ts';

const A = { uuid: 'GPU-a', model: 'NVIDIA H100 80GB HBM3', memoryBytes: 85e9 };
const B = { ...A, uuid: 'GPU-b' };
const reading = (over: Partial<Extract<GpuReading, { state: 'ok' }>> = {}): GpuReading => ({
  state: 'ok',
  driver: '580.95.05',
  gpus: [A, B],
  troubled: [],
  addresses: [],
  usage: [
    { uuid: A.uuid, utilisation: 0.5 },
    { uuid: B.uuid, utilisation: 0 },
  ],
  ...over,
});

function setup({ gpus = [A, B], tookMs = 50 } = {}) {
  const lines: string[] = [];
  const features = createFeatureBook({ ...UNKNOWN_FEATURES, gpu: null });
  let says = reading();
  let engine: boolean | AppError = true;
  let nowMs = 0;
  let asked = 0;
  let held = false;
  const watch = createGpuWatch({
    host: {
      async gpus() {
        asked += 1;
        nowMs += tookMs;
        return says;
      },
    },
    engineGives: () => (engine instanceof AppError ? Promise.reject(engine) : Promise.resolve(engine)),
    features,
    gpus,
    isHeld: () => held,
    monotonic: () => nowMs,
    logger: createLoggerTo({ write: (line) => void lines.push(line) }, { name: 'test' }),
  });
  return {
    watch,
    features,
    lines,
    asked: () => asked,
    say: (next: GpuReading) => void (says = next),
    setEngine: (next: boolean | AppError) => void (engine = next),
    hold: () => void (held = true),
    async after(ms: number) {
      nowMs += ms;
      await watch.look();
    },
  };
}

it('offers what works, and says how busy it is', async () => {
  const { watch, after, features } = setup();
  expect([watch.usable(), watch.usage()]).toEqual([[A, B], null]);
  await after(0);
  expect(watch.usable()).toEqual([A, B]);
  expect(watch.usage()).toEqual([
    { uuid: 'GPU-a', utilisation: 0.5 },
    { uuid: 'GPU-b', utilisation: 0 },
  ]);
  expect(features.why('gpu')).toBeNull();
});

it('takes one that falls off the bus out of the offer, says why, and takes it back', async () => {
  const { watch, after, say, features, lines } = setup();
  await after(0);
  const lost = { uuid: null, model: null, address: '0000:04:00.0', problem: 'Unknown Error', fix: 'reboot' };
  say(reading({ gpus: [A], troubled: [lost], usage: [{ uuid: 'GPU-a', utilisation: 0.5 }] }));
  await after(120_000);
  const problem = 'the driver does not list it any more; a GPU at 0000:04:00.0 cannot be used: Unknown Error';
  expect(watch.usable()).toEqual([A]);
  expect(watch.usage()).toEqual([
    { uuid: 'GPU-b', problem },
    { uuid: 'GPU-a', utilisation: 0.5 },
  ]);
  expect(features.why('gpu')).toBeNull();
  say(reading());
  await after(120_000);
  expect([watch.usable(), watch.troubles().size]).toEqual([[A, B], 0]);
  expect(lines.map((line) => /"event":"([^"]+)"/.exec(line)?.[1])).toEqual(['gpu.lost', 'gpu.back']);
});

it.each<[string, GpuReading, string]>([
  [
    'a driver that was updated',
    { state: 'broken', problem: 'version mismatch', fix: 'reboot' },
    'the NVIDIA driver does not work (version mismatch)',
  ],
  ['a driver that was removed', { state: 'absent' }, 'the machine has no NVIDIA GPU'],
  ['GPUs that were divided anew', reading({ gpus: [{ ...A, uuid: 'MIG-new' }] }), 'the driver does not list it any more'],
])('offers none after %s', async (_, next, why) => {
  const { watch, after, say, features } = setup();
  await after(0);
  say(next);
  await after(120_000);
  expect([watch.usable(), watch.troubles().size, features.why('gpu')]).toEqual([[], 2, why]);
});

it('notices that the toolkit is gone, and takes nothing from an engine that is away', async () => {
  const { after, features, setEngine } = setup();
  await after(0);
  setEngine(new AppError('DOCKER_UNAVAILABLE'));
  await after(120_000);
  expect(features.why('gpu')).toBeNull();
  setEngine(false);
  await after(120_000);
  expect(features.why('gpu')).toContain('toolkit');
  setEngine(true);
  await after(120_000);
  expect(features.why('gpu')).toBeNull();
});

it('asks often for whoever holds one, or where there is a doubt, and seldom otherwise', async () => {
  const { watch, after, asked, hold } = setup();
  await after(0);
  await after(60_000);
  expect(asked()).toBe(1);
  watch.doubt();
  await after(0);
  await after(0);
  expect(asked()).toBe(2);
  await after(119_999);
  expect(asked()).toBe(2);
  await after(1);
  expect(asked()).toBe(3);
  hold();
  await after(15_000);
  await after(15_000);
  expect(asked()).toBe(5);
});

it('asks all the more seldom the longer the driver takes', async () => {
  const { after, asked, hold } = setup({ tookMs: 1_000 });
  await after(0);
  await after(399_000);
  expect(asked()).toBe(1);
  await after(1_000);
  expect(asked()).toBe(2);
  hold();
  await after(49_000);
  expect(asked()).toBe(2);
  await after(1_000);
  expect(asked()).toBe(3);
});

it('asks nothing of a machine without GPUs', async () => {
  const { watch, after, asked } = setup({ gpus: [] });
  await after(0);
  expect([asked(), watch.usage()]).toEqual([0, null]);
});
