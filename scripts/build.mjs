#!/usr/bin/env zx
// Builds the command into dist/. Libraries are bundled, because `pipeline status` starts faster from one file.
// Libraries that a command may not need (esbuild, engines, images) stay outside.
import { build } from 'esbuild';
import { rm, chmod, rename, writeFile } from 'node:fs/promises';
import './compile-schema.mjs';
import './compile-validators.mjs';
import { licensesOf } from './licenses.mjs';
import { bringOnnxruntime } from './onnxruntime.mjs';

const entryPoints = {
  'cli/main': 'src/cli/main.ts',
  'stage/host': 'src/stage/host.ts',
  'stage/describe': 'src/stage/describe.ts',
  'stage/index': 'src/stage/index.ts',
  'slurm/job': 'src/runner/slurm/job/main.ts',
  'slurm/allocation': 'src/runner/slurm/job/allocation-main.ts',
};

// Made aside and swapped in whole, so that a command started meanwhile never meets half a build.
const next = `dist.${process.pid}`;
await bringOnnxruntime();
const command = await build({
  entryPoints,
  outdir: next,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'chunks/[name]-[hash]',
  // jsonc-parser's UMD build, its "main", loads its parts in a way that no bundler can follow.
  mainFields: ['module', 'main'],
  // typescript: cosmiconfig would load it for settings written in TypeScript, which ours never are.
  // #onnxruntime: a native library, found by package.json.
  // #tfjs-gradients: made below; in a fresh clone it is not there yet.
  external: ['typescript', 'esbuild', 'sharp', '#onnxruntime', 'koffi', '@tensorflow/*', '#tfjs-gradients'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
  metafile: true,
});
// tfjs-core publishes its gradients only as modules that Node cannot load (no file extensions). As one file it can;
// tfjs keeps kernels, gradients and its engine in global registries, so the two copies of its code share them.
const gradients = await build({
  entryPoints: ['node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js'],
  outfile: `${next}/tensor/tfjs-gradients.js`,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  logLevel: 'error',
  metafile: true,
});
// The script of the live page: for a browser, in one file.
const page = await build({
  entryPoints: ['src/serve/page/main.tsx'],
  outfile: `${next}/serve/page.js`,
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'warning',
  metafile: true,
});
const bundled = [command, gradients, page].flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(`${next}/licenses.txt`, licensesOf(bundled));
await chmod(`${next}/cli/main.js`, 0o755);
await $`npx tsc -p tsconfig.build.json --outDir ${next}/types`;
await rm('dist', { recursive: true, force: true });
await rename(next, 'dist');
