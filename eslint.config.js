import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'dist.*/',
      'bench/.*',
      'cache/',
      'reports/',
      'data/',
      'node_modules/',
      'vendor/',
      'templates/',
      '**/*.generated.js',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // Messages contain numbers.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // A tensor's size was computed one line above; an index that cannot miss needs no branch.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Shipped code; tests may be long, and assert by `!` what they have made.
    files: ['src/**/*.ts', 'src/**/*.tsx', 'stages/**/*.ts'],
    ignores: ['**/*.test.ts', '**/*.test.tsx', '**/*.test-support.ts', '**/*.contract.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 60 }] },
  },
  {
    // util/known.ts has functions for elements that exist by construction. Inner loops over tensors do without a call.
    files: ['src/**/*.ts', 'src/**/*.tsx', 'stages/**/*.ts'],
    ignores: [
      ...['**/*.test.ts', '**/*.test.tsx', '**/*.test-support.ts', '**/*.contract.ts'],
      ...['src/tensor/**', 'src/util/random.ts'],
    ],
    rules: { '@typescript-eslint/no-non-null-assertion': 'error' },
  },
  {
    // One room prints and exits: src/cli. The supervisor and the stage host are programs of their own.
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/cli/**', '**/*.test.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', 'test/**/*.ts'],
    rules: { 'max-lines': 'off', '@typescript-eslint/no-floating-promises': 'error' },
  },
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs'],
    languageOptions: {
      globals: {
        console: 'readonly',
        process: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        $: 'readonly',
        fs: 'readonly',
        path: 'readonly',
      },
    },
  },
);
