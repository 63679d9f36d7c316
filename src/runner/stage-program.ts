/** The paths of the built programs: those that import module stages, and that of a job. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `host` runs a stage; `describe` reads contracts. */
export const stageProgram = (name: 'host' | 'describe'): string => builtProgram(`stage/${name}.js`);

/** Carries out an attempt in a job of Slurm. */
export const jobProgram = (): string => builtProgram('slurm/job.js');

function builtProgram(file: string): string {
  // All built files lie one folder below dist/; sources, as unit tests run them, two folders beside it.
  const folder = import.meta.url.endsWith('.ts') ? '../../dist/' : '../';
  const program = fileURLToPath(new URL(`${folder}${file}`, import.meta.url));
  if (!existsSync(program))
    throw new Error(
      `${program} is missing: the command was not built whole. Run "npm run build", or install the package again.`,
    );
  return program;
}
