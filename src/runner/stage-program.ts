/** The paths of the built programs: those that import module stages, and that of a job. */
import { builtFile } from '../util/built-file.ts';

/** `host` runs a stage; `describe` reads contracts. */
export const stageProgram = (name: 'host' | 'describe'): string => builtFile(`stage/${name}.js`);

/** Carries out an attempt in a job of Slurm. */
export const jobProgram = (): string => builtFile('slurm/job.js');

/** Carries out many attempts inside of one job. */
export const allocationProgram = (): string => builtFile('slurm/allocation.js');
