import { expect, it } from 'vitest';
import { gpuFigures } from './gpu-figures.ts';

const GiB = 1024 ** 3;
const linesOf = (gpus: Parameters<typeof gpuFigures>[0]) =>
  gpuFigures(gpus).map(({ label, share, figure, problem }) => `${label} ${share ?? '–'}: ${problem ?? figure}`);

it('says what is measured, and of the rest that it is not', () => {
  expect(linesOf([{ uuid: 'GPU-1', utilisation: 0.5, memoryBytes: 2 * GiB, celsius: 61 }])).toEqual([
    expect.stringMatching(/^GPU 0\.5: 50\s?%, .+, 61 °C$/),
  ]);
  expect(linesOf([{ uuid: 'GPU-1' }])).toEqual(['GPU –: not measured']);
  expect(linesOf([{ uuid: 'GPU-1', utilisation: 0 }])).toEqual([expect.stringMatching(/^GPU 0: 0\s?%, memory not measured$/)]);
});

it('counts slices apart from GPUs, and shows no load for them', () => {
  expect(
    linesOf([
      { uuid: 'GPU-1', celsius: 40 },
      { uuid: 'MIG-a', memoryBytes: GiB },
      { uuid: 'MIG-b', memoryBytes: GiB },
    ]),
  ).toEqual([
    'GPU –: load not measured, memory not measured, 40 °C',
    expect.stringMatching(/^GPU slice 1 –: load not measured, /),
    expect.stringMatching(/^GPU slice 2 –: load not measured, /),
  ]);
});

it('shows the trouble of one that cannot be used', () => {
  expect(linesOf([{ uuid: 'GPU-1', problem: 'GPU is lost' }])).toEqual(['GPU –: GPU is lost']);
});
