/** Finds the pipeline file of a command. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { refuse } from './refusal.ts';

const NAME = 'pipeline.json';

/**
 * The file named by `--pipeline` (relative to the current folder) or by the settings (absolute), else the nearest
 * pipeline.json from the current folder upwards. Throws a Refusal that names the searched folders.
 */
export function findPipelineFile(folder: string, option: string | undefined, setting: string | undefined): string {
  const named = option === undefined ? setting : path.resolve(folder, option);
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw refuse('no-pipeline-file', `there is no pipeline file ${path.relative(folder, named) || named}`, {
      remedy:
        option === undefined
          ? 'Correct `pipeline` in the settings.'
          : 'Correct --pipeline; it is relative to the current folder.',
    });
  }
  for (let at = folder; ; at = path.dirname(at)) {
    const candidate = path.join(at, NAME);
    if (existsSync(candidate)) return candidate;
    if (path.dirname(at) === at) break;
  }
  throw refuse('no-pipeline-file', `there is no ${NAME} in ${folder} or any folder above it`, {
    remedy: 'Change to the folder of your project, or name the file: --pipeline FILE.',
  });
}
