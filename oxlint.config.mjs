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
    'no-underscore-dangle': 'off',
    'import/no-named-as-default-member': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
    'react/react-in-jsx-scope': 'off',
    'import/no-unassigned-import': 'off',
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'vitest/expect-expect': 'error',
    'vitest/no-focused-tests': 'error',
    'vitest/no-disabled-tests': 'error',
    'vitest/require-mock-type-parameters': 'off',
  },
  overrides: [
    ...arrowOverrides,
    { files: ['tooling/**', 'bench/**', '**/scripts/**', 'contracts/**', '**/build.mjs'], rules: { 'no-console': 'off' } },
  ],
});
