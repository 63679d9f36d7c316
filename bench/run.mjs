// Runs one of the benchmarks: `npm run bench -- NAME [options]`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const BENCHMARKS = {
  runner:
    'the runner beside DVC, Snakemake and wireit  [--quick] [--markdown] [--only small,large,first,plans] ' +
    '[--peers DVC,Snakemake,wireit] [--tools FOLDER]',
  train: 'training steps, beside PyTorch where there is one  [--quick] [--python PYTHON]',
  augment: 'what augmentation adds to a SimCLR step, and torchvision beside it  [--quick] [--python PYTHON]',
  epoch: 'a SimCLR epoch on HAM10000, beside lightly  --data FOLDER [--quick] [--python PYTHON] [--prepared FOLDER]',
  ingest:
    'images decoded and packed, beside torchvision and Pillow  [--python PYTHON] [--data FOLDER] [--images N] ' +
    '[--size PIXELS] [--workers N]',
  coverage:
    'how often the intervals of the report hold the truth, in simulated studies  [--studies N] [--rounds N] ' +
    '[--images 66,118] [--seeds 3,5] [--worlds ordinary]',
  gpu: 'the check on a GPU, prepared to be carried  [--out FOLDER] [--dry-run] [--python PYTHON] [--table FOLDER]',
  remote:
    'push and pull beside DVC, over SSH and S3  [--files N] [--large MEBIBYTES] [--kinds ssh,s3] [--dvc PROGRAM] ' +
    '[--peers DVC] [--rounds N]',
  serve: 'the share of a core that the live page takes, and training steps beside it  [--rounds N] [--steps N]',
  endure: 'ten thousand steps on every engine: memory and speed must stay  [--steps N]',
};

const [name, ...options] = process.argv.slice(2);
if (name in BENCHMARKS) {
  process.exitCode =
    spawnSync(process.execPath, [join(import.meta.dirname, `${name}.mjs`), ...options], { stdio: 'inherit' }).status ??
    1;
} else {
  console.error(name === undefined ? 'Which benchmark?' : `There is no benchmark "${name}".`);
  for (const [known, what] of Object.entries(BENCHMARKS))
    console.error(`  npm run bench -- ${known.padEnd(8)} ${what}`);
  process.exitCode = 2;
}
