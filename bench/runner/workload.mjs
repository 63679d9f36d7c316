// The measured work, defined once for all tools: inputs, and stages that read and write files of the project's folder.
import { linkSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

const KiB = 1024;
const MiB = 1024 * KiB;

/**
 * `first`: everything is forgotten before each round, so that each is a first run.
 * A stage reads files or folders, and writes one file; `script` is its shell command.
 */
export function workloads(quick) {
  const inputs = quick ? { files: 2000, large: 16 * MiB } : { files: 50_000, large: 1024 * MiB };
  const said = `a folder of ${inputs.files.toLocaleString('en')} files of 4 KiB and a file of ${inputs.large / MiB} MiB`;
  return [
    {
      name: 'small',
      title: 'Nothing to do, 7 small stages',
      floor: 'start',
      first: false,
      rounds: quick ? 3 : 15,
      make: (folder) => writeFileSync(join(folder, 'data.txt'), 'a few words\n'),
      stages: Array.from({ length: 7 }, (_, i) => ({
        name: `stage${i + 1}`,
        reads: [i === 0 ? 'data.txt' : `out${i}.txt`],
        writes: `out${i + 1}.txt`,
        script: ([input], output) => `cat ${input} > ${output}`,
      })),
    },
    {
      name: 'large',
      title: `Nothing to do, ${said}`,
      floor: 'list',
      first: false,
      rounds: quick ? 2 : 7,
      make: (folder) => makeInputs(folder, inputs),
      stages: [READER],
    },
    {
      name: 'first',
      title: `First run, ${said}`,
      floor: 'hash',
      first: true,
      rounds: quick ? 2 : 5,
      make: (folder) => makeInputs(folder, inputs),
      stages: [READER],
    },
  ];
}

/** The stage does no work of its own, so that only the tool is measured. */
const READER = {
  name: 'read',
  reads: ['images/', 'large.bin'],
  writes: 'done.txt',
  script: (_, output) => `echo done > ${output}`,
};

/** Files in 100 folders; all have different contents, which no run has seen before. */
function makeInputs(folder, { files, large }) {
  const salt = `${process.pid} ${Date.now()}`;
  for (let i = 0; i < files; i++) {
    const place = join(folder, 'images', String(i % 100).padStart(2, '0'));
    if (i < 100) mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, `${i}.bin`),
      createHash('shake256', { outputLength: 4 * KiB })
        .update(`${salt} ${i}`)
        .digest(),
    );
  }
  const file = openSync(join(folder, 'large.bin'), 'w');
  for (let i = 0; i < large / MiB; i++)
    writeSync(file, createHash('shake256', { outputLength: MiB }).update(`${salt} large ${i}`).digest());
  closeSync(file);
}

/** The same files for each tool, without their bytes a second time: hard links. */
export function shareInputs(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (statSync(source).isDirectory()) shareInputs(source, target);
    else linkSync(source, target);
  }
}
