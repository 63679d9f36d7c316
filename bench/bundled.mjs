// Bundles contestants in TypeScript, so that they start as they would when built.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** Lends the bundles of `sources` and the engines of this machine, for the time of `use`. */
export async function bundled(sources, use) {
  // Inside the checkout, so that imports find their packages.
  const folder = await mkdtemp(join(here, '.bundled-'));
  try {
    const entryPoints = [...sources.map((source) => join(here, source)), join(here, '../src/tensor/available.ts')];
    await build({
      bundle: true,
      packages: 'external',
      external: ['#onnxruntime'],
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      entryNames: '[name]',
      entryPoints,
    });
    const { availableEngines } = await import(join(folder, 'available.mjs'));
    const hasTensorflow = availableEngines().some(({ name, available }) => name === 'tensorflow' && available);
    if (!hasTensorflow) console.log('TensorFlow is not measured: pipeline engine add tensorflow.');
    const engines = [
      { engine: 'onnxruntime', precision: 'float32' },
      ...(hasTensorflow ? ['float32', 'bfloat16'].map((precision) => ({ engine: 'tensorflow', precision })) : []),
    ];
    return await use({
      engines,
      /** The file to run of a contestant. */
      program: (name) => (name.endsWith('.py') ? join(here, name) : join(folder, `${name}.mjs`)),
      load: (name) => import(join(folder, `${name}.mjs`)),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
