/** Processes that loaded an engine's library and end by themselves, on modules bundled as the command bundles them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { findTensorflow } from './tensorflow/installation/place.ts';
import { testedEngines } from './test-engines.test-support.ts';
import { findXla } from './xla/installation/place.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'library-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a program in a process of its own. */
function end(program: string): ReturnType<typeof spawnSync> {
  const outfile = path.join(folder, 'program.cjs');
  buildSync({
    stdin: { contents: program, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['koffi', '@tensorflow/*', '#tfjs-gradients'],
    logLevel: 'error',
  });
  // The program lies elsewhere, and finds its packages from here.
  const env = { ...process.env, NODE_PATH: path.join(import.meta.dirname, '../../node_modules') };
  return spawnSync(process.execPath, [outfile], { encoding: 'utf8', env });
}

describe('a process ends without a crash', () => {
  test.skipIf(testedEngines('xla').length === 0)('after it loaded the plugin of xla', () => {
    const plugin = JSON.stringify(findXla(['cpu'])?.plugin);
    const program = `import { loadPlugin } from './xla/pjrt/plugin.ts'; loadPlugin(${plugin}); console.log('loaded');`;
    expect(end(program)).toMatchObject({ stdout: 'loaded\n', status: 0, signal: null });
  });

  test.skipIf(testedEngines('tensorflow').length === 0)('after it loaded the libraries of TensorFlow', () => {
    const library = JSON.stringify(
      path.join(path.dirname(findTensorflow()?.addon ?? ''), 'tensorflow/libtensorflow_framework.so.2'),
    );
    const program = `import { loadLibrary } from './load-library.ts'; loadLibrary(${library}); console.log('loaded');`;
    expect(end(program)).toMatchObject({ stdout: 'loaded\n', status: 0, signal: null });
  });
});
