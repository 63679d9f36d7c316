// The check of the engine xla on a GPU: npm run bench -- gpu [--out FOLDER] [--dry-run] [--python PYTHON]
// Prepares a folder that is carried to a machine with a GPU, with the commands to run there (bench/gpu/run.sh).
// --dry-run runs them here, on XLA for processors. --table FOLDER prints the results of such a run and judges them.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundled } from './bundled.mjs';
import { judge, markdown, readLog } from './gpu/table.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join(import.meta.dirname, '.gpu') },
    'dry-run': { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    table: { type: 'string' },
  },
  allowPositionals: true,
});
const here = path.join(import.meta.dirname, 'gpu');
const MOST_BYTES = 60 * 2 ** 20;

if (values.table !== undefined) process.exitCode = report(values.table);
else {
  await prepare(values.out);
  process.exitCode = values['dry-run'] ? await dryRun(values.out) : tell(values.out);
}

/** The folder: a Node without debugging symbols, the program with its native package, PyTorch's step, the script. */
async function prepare(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  await build({
    entryPoints: [path.join(here, 'card.ts')],
    outfile: path.join(folder, 'card.mjs'),
    bundle: true,
    platform: 'node',
    mainFields: ['module', 'main'], // one copy of tfjs-core, whose files are imported one by one too
    format: 'esm',
    // Engines that are not checked are imported on demand only, and never here.
    external: ['koffi', 'onnxruntime-node', '#onnxruntime', '@tensorflow/tfjs-node*'],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
    logLevel: 'error',
  });
  const packages = path.join(import.meta.dirname, '../node_modules');
  const NATIVE = ['koffi', '@koromix/koffi-linux-x64'];
  const isCarried = (file) => !/\/(?:doc|vendor|lib\/native)(?:\/|$)/.test(file.slice(packages.length));
  for (const name of NATIVE)
    cpSync(path.join(packages, name), path.join(folder, 'node_modules', name), { recursive: true, filter: isCarried });
  for (const name of ['run.sh', 'torch_step.py']) cpSync(path.join(here, name), path.join(folder, name));
  const node = path.join(folder, 'node');
  execFileSync('strip', ['-o', node, process.execPath]);
  execFileSync('xz', ['-T0', '-2', node]);
  const bytes = sizeOf(folder);
  if (bytes > MOST_BYTES) throw new Error(`${folder} has ${bytes} bytes, and at most ${MOST_BYTES} are carried.`);
  console.log(`${folder}: ${(bytes / 2 ** 20).toFixed(1)} MiB`);
}

function tell(folder) {
  const name = path.basename(folder);
  console.log(
    `Carry it to a machine with a GPU, and there run, with the results in OUT:\n` +
      `  OUT=results timeout 300 bash ${name}/run.sh first\n  OUT=results timeout 420 bash ${name}/run.sh speed\n` +
      `Then, here: npm run bench -- gpu --table results`,
  );
  return 0;
}

async function dryRun(folder) {
  const out = path.join(folder, 'results');
  const plugin = await bundled(
    ['../src/tensor/xla/installation/place.ts'],
    async ({ load }) => (await load('place')).findXla(['cpu'])?.plugin,
  );
  if (plugin === undefined) throw new Error('There is no XLA for processors: pipeline engine add xla --cpu');
  const env = { ...process.env, OUT: out, DRY: plugin, PYTHON: values.python };
  for (const part of ['first', 'speed']) {
    const { status } = spawnSync('bash', [path.join(folder, 'run.sh'), part], { stdio: 'inherit', env });
    if (status !== 0) return status ?? 1;
  }
  return report(out);
}

/** Writes table.md beside the log. Returns the exit code. */
function report(folder) {
  const log = readLog(readFileSync(path.join(folder, 'log.jsonl'), 'utf8'));
  const table = markdown(log);
  writeFileSync(path.join(folder, 'table.md'), table);
  console.log(table);
  const verdicts = judge(log);
  for (const { passed, claim } of verdicts) console.log(`${passed ? 'ok  ' : 'FAIL'}  ${claim}`);
  return verdicts.every(({ passed }) => passed) ? 0 : 1;
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
