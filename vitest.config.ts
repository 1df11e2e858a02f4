import { defineConfig } from 'vitest/config';

const exclude = ['**/node_modules/**', '**/dist/**', '**/.next/**'];

/** What ends a test that waits for something that never comes: far from how long any takes on a machine that is many times slower and busy. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 30_000 } } };

/** Four kinds of test, told apart by their file's ending (see CONTRIBUTING.md). */
export default defineConfig({
  test: {
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages,tooling,tests}/**/*.test.{ts,tsx}'],
          exclude: [...exclude, '**/*.prop.test.ts', '**/*.int.test.ts'],
          ...patience,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'prop',
          include: ['{apps,packages}/**/*.prop.test.ts'],
          exclude: [...exclude],
          ...patience,
          testTimeout: 180_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'int',
          include: ['{apps,packages,tooling}/**/*.int.test.ts'],
          exclude,
          globalSetup: ['tooling/testing/global-setup.ts'],
          ...patience,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['{apps/web,tooling/network}/e2e/**/*.e2e.ts'],
          exclude,
          ...patience,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
