// The same workload written down for each tool, set up as its manual says and with nothing switched on that only costs.
// `prepare` writes the project, `run` is the command that is timed, `forget` takes it back to before its first run.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CHECKOUT = join(import.meta.dirname, '..', '..');

export function thisRunner() {
  return {
    name: 'pipeline',
    version: JSON.parse(readFileSync(join(CHECKOUT, 'package.json'), 'utf8')).version,
    works: true,
    prepare(folder, { stages }) {
      const stageOf = new Map(stages.map(({ name, writes }) => [writes, name]));
      writeJson(join(folder, 'pipeline.json'), {
        stages: Object.fromEntries(
          stages.map(({ name, reads, writes, script }) => [
            name,
            {
              command: script(
                reads.map((_, i) => `\${inputs.in${i}}`),
                '${outputs.out}',
              ),
              inputs: Object.fromEntries(
                reads.map((file, i) => [
                  `in${i}`,
                  stageOf.has(file) ? { stage: stageOf.get(file), output: 'out' } : file,
                ]),
              ),
              // Other tools leave their outputs in the project: so does this one.
              outputs: { out: { file: 'out.txt', publish: writes } },
            },
          ]),
        ),
      });
    },
    run: () => ({ command: [process.execPath, join(CHECKOUT, 'dist/cli/main.js'), 'run'] }),
    forget: (folder, { stages }) =>
      removeAll(folder, ['cache', 'pipeline.lock.json', ...stages.map(({ writes }) => writes)]),
  };
}

export function dvc(place) {
  const program = join(place, 'bin', 'dvc');
  // Its cache of file digests is inside the project, so that removing a project removes it too.
  const env = { DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: '.dvc/site' };
  return {
    name: 'DVC',
    works: true,
    prepare(folder, { stages }) {
      const call = (...words) =>
        execFileSync(program, words, {
          cwd: folder,
          env: { ...process.env, ...env },
          stdio: ['ignore', 'ignore', 'pipe'],
        });
      call('init', '--no-scm');
      call('config', 'core.analytics', 'false');
      call('config', 'core.check_update', 'false');
      const entries = stages.map(({ name, reads, writes, script }) => [
        name,
        { cmd: script(reads, writes), deps: reads, outs: [writes] },
      ]);
      writeJson(join(folder, 'dvc.yaml'), { stages: Object.fromEntries(entries) });
    },
    run: (folder) => ({
      command: [program, 'repro', '--quiet'],
      env: { ...env, DVC_SITE_CACHE_DIR: join(folder, env.DVC_SITE_CACHE_DIR) },
    }),
    forget: (folder, { stages }) =>
      removeAll(folder, ['.dvc/cache', '.dvc/tmp', '.dvc/site', 'dvc.lock', ...stages.map(({ writes }) => writes)]),
  };
}

export function snakemake(place) {
  return {
    name: 'Snakemake',
    works: true,
    prepare(folder, { stages }) {
      // A folder as an input counts by its own time only; as a list of its files it is watched as the others watch it.
      const input = (file) =>
        file.endsWith('/') ? `*sorted(glob.glob('${file}**/*.*', recursive=True))` : `'${file}'`;
      const rules = stages.map(
        ({ name, reads, writes, script }) =>
          `rule ${name}:\n  input: ${reads.map(input).join(', ')}\n  output: '${writes}'\n  shell: ` +
          `${JSON.stringify(script(reads, writes))}\n`,
      );
      writeFileSync(
        join(folder, 'Snakefile'),
        `import glob\nrule all:\n  input: '${stages.at(-1).writes}'\n${rules.join('')}`,
      );
    },
    run: () => ({ command: [join(place, 'bin', 'snakemake'), '--cores', '2', '--quiet', 'all'] }),
    forget: (folder, { stages }) => removeAll(folder, ['.snakemake', ...stages.map(({ writes }) => writes)]),
  };
}

export function wireit(place) {
  return {
    name: 'wireit',
    works: true,
    prepare(folder, { stages }) {
      const stageOf = new Map(stages.map(({ name, writes }) => [writes, name]));
      const files = (file) => (file.endsWith('/') ? `${file}**` : file);
      writeJson(join(folder, 'package.json'), {
        scripts: Object.fromEntries(stages.map(({ name }) => [name, 'wireit'])),
        wireit: Object.fromEntries(
          stages.map(({ name, reads, writes, script }) => [
            name,
            {
              command: script(reads, writes),
              files: reads.map(files),
              output: [writes],
              dependencies: reads.flatMap((file) => stageOf.get(file) ?? []),
            },
          ]),
        ),
      });
    },
    // Started as intended; npm's own start is part of the user's waiting time.
    run: (folder, { stages }) => ({
      command: ['npm', 'run', '--silent', stages.at(-1).name],
      env: {
        PATH: `${join(place, 'node_modules', '.bin')}:${process.env.PATH}`,
        WIREIT_LOGGER: 'quiet',
        npm_config_update_notifier: 'false',
      },
    }),
    forget: (folder, { stages }) => removeAll(folder, ['.wireit', ...stages.map(({ writes }) => writes)]),
  };
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

function removeAll(folder, names) {
  for (const name of names) rmSync(join(folder, name), { recursive: true, force: true });
}
