import { defineConfig } from 'oxlint';
import { arrowOverrides } from './tooling/lint/arrows.mjs';

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'react', 'jsx-a11y', 'nextjs', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: ['**/dist/**', '**/.next/**', '**/generated/**', 'contracts/out/**', '**/next-env.d.ts'],
  rules: {
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'off',
    'no-console': 'error',
    'no-shadow': 'off',
    'nextjs/no-assign-module-variable': 'off',
    'no-underscore-dangle': 'off',
    'no-unmodified-loop-condition': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/require-to-throw-message': 'off',
    // Some tests assert through a helper that is named for what it demands.
    'vitest/expect-expect': [
      'error',
      { assertFunctionNames: ['expect', 'expect*', 'fc.assert', 'assert*', 'agrees*', 'demand*', 'until*', 'waitUntil*'] },
    ],
    'import/no-named-as-default-member': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    'react/react-in-jsx-scope': 'off',
    'import/no-unassigned-import': 'off',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    'vitest/require-mock-type-parameters': 'off',
  },
  overrides: [
    ...arrowOverrides,
    // Tests may say what they know; a long table of cases is no long function.
    {
      files: ['**/*.test.ts', '**/testing/**'],
      rules: { 'typescript/no-non-null-assertion': 'off', 'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }] },
    },
    // Hot loops over typed arrays whose indices are in range by construction.
    { files: ['packages/domain/src/challenges/matrix.ts'], rules: { 'typescript/no-non-null-assertion': 'off' } },
    {
      files: [
        'tooling/**',
        'bench/**',
        'tests/**',
        '**/scripts/**',
        'contracts/**',
        '**/build.mjs',
        '**/*-main.ts',
        '**/testing/hold-*.ts',
        '**/write-migration.ts',
      ],
      rules: { 'no-console': 'off' },
    },
  ],
});
