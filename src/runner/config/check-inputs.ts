/** Inputs that lie in Pretext's own files: the store, the lockfile, the committed outputs. */
import type { Input, Instance } from '../pipeline.ts';
import type { StagesContext } from './stages-context.ts';
import { lockFileOf } from './lock-file.ts';
import { splitPattern } from './pattern.ts';
import { RealPaths } from './real-paths.ts';

/** A folder or pattern around them is right: they count as no part of it. */
export function checkInputs(instances: readonly Instance[], context: StagesContext): void {
  const paths = new RealPaths(context.root, context.onDisk);
  const lockFile = lockFileOf(context.file);
  const own = [
    { real: paths.ofRead(context.storeFolder), name: 'the store' },
    { real: paths.ofWritten(lockFile), name: 'the lockfile' },
    { real: paths.ofWritten(lockFile.replace(/\.json$/, '')), name: 'the committed outputs' },
  ];
  for (const instance of instances) {
    for (const [name, input] of Object.entries(instance.inputs)) {
      const location = locationOf(input);
      if (location === undefined) continue;
      const real = paths.ofRead(location);
      const found = own.find((each) => real === each.real || real.startsWith(`${each.real}/`));
      const node = context.stages.get(instance.stage)?.inputs.find(([input]) => input === name)?.[1].value;
      if (found === undefined || node === undefined) continue;
      context.report.errorOnce(
        'input-is-internal',
        node.origin,
        `input "${name}" reads ${location}: ${found.name} of Pretext`,
        {
          remedy: 'It changes with every run. The output of a stage is read as "@stage/output".',
        },
      );
    }
  }
}

function locationOf(input: Input): string | undefined {
  if (input.kind === 'path') return input.path;
  return input.kind === 'glob' ? splitPattern(input.pattern).base : undefined;
}
