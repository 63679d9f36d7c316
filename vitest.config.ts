import { defineConfig } from 'vitest/config';

/** Unit tests stand beside what they test; black-box tests drive the built command in temporary folders. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'stages/**/*.test.ts', 'scripts/**/*.test.mjs'],
          setupFiles: ['test/property-seed.test-support.ts'],
          // CommonJS with a native library: Node loads it, as it does for the built command.
          server: { deps: { external: [/vendor\/onnxruntime/] } },
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'black-box',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/property-seed.test-support.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Real servers, started by the tests: see .ci/run.
      ...(process.env.SLOW === undefined
        ? []
        : [
            { test: { name: 'slow', include: ['test/slow/**/*.slow.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
          ]),
    ],
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'cache/tests.json' }]],
  },
});
