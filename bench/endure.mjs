// Ten thousand steps and two hundred compilations on every engine of this machine: npm run bench -- endure [--steps N]
// [--cycles N]. Exits with 1 if memory grows or steps slow down.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import { build } from 'esbuild';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '10000' }, cycles: { type: 'string', default: '200' } },
  allowPositionals: true,
});
v8.setFlagsFromString('--expose-gc');
globalThis.gc = vm.runInNewContext('gc');

/** The growth of a heap between garbage collections that is no leak, in bytes. */
const ALLOWED_GROWTH = 32 * 2 ** 20;
/** Other programs come and go; a leak slows down by more. */
const ALLOWED_SLOWDOWN = 2;

const folder = await mkdtemp(join(import.meta.dirname, '.endure-'));
let failed = false;
try {
  const common = {
    bundle: true,
    packages: 'external',
    external: ['#onnxruntime'],
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  };
  await build({
    ...common,
    entryPoints: [join(import.meta.dirname, 'endure.ts'), join(import.meta.dirname, '../src/tensor/available.ts')],
    entryNames: '[name]',
  });
  const [{ endure, recompile, STATE_BYTES }, { availableEngines }] = await Promise.all(
    ['endure.mjs', 'available.mjs'].map((file) => import(join(folder, file))),
  );
  for (const { name, available } of availableEngines()) {
    if (!available || name === 'eager') continue;
    const { early, late, tenth, all, disposed } = await endure(name, Number(values.steps));
    const bad = all - tenth > ALLOWED_GROWTH || late > ALLOWED_SLOWDOWN * early;
    failed ||= bad;
    const MiB = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    console.log(
      `${bad ? 'FAIL' : 'ok  '}  ${name}, ${values.steps} steps: ${early.toFixed(2)} -> ${late.toFixed(2)} ms a ` +
        `step; ${MiB(tenth)} after a tenth, ${MiB(all)} after all, ${MiB(disposed)} after disposal`,
    );

    const resident = await recompile(name, Number(values.cycles));
    // An allocator takes memory for its arenas, and keeps varying amounts; a leak still grows in the end.
    const [before, after] = [Math.max(...resident.slice(4, 7)), Math.min(...resident.slice(-2))];
    const kept = 0.2 * STATE_BYTES * Number(values.cycles);
    const grows = after - before > kept / 2;
    failed ||= grows;
    console.log(
      `${grows ? 'FAIL' : 'ok  '}  ${name}, ${values.cycles} times compiled, run and disposed of: ${MiB(before)} after ` +
        `seven tenths, ${MiB(after)} after nine; keeping every state would add ${MiB(kept)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
process.exit(failed ? 1 : 0);
