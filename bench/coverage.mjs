// Coverage of the report's intervals in simulated studies: npm run bench -- coverage [--studies N] [--rounds N]
// [--images 66,118] [--seeds 3,5] [--worlds ordinary].
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const bundle = join(import.meta.dirname, `.coverage-${process.pid}.mjs`);
await build({
  entryPoints: [join(import.meta.dirname, 'coverage.ts')],
  outfile: bundle,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
try {
  const { status } = spawnSync(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} finally {
  rmSync(bundle, { force: true });
}
