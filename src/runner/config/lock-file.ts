import { existsSync } from 'node:fs';
import path from 'node:path';

export const LOCKFILE_ENDING = '.lock.json';

/** Beside the pipeline file: `pipelines/small.json` -> `pipelines/small.lock.json`. Absolute if the file is. */
export function lockFileOf(pipelineFile: string): string {
  const { dir, name } = path.parse(pipelineFile);
  return path.join(dir, name + LOCKFILE_ENDING);
}

/** The endings under which the pipeline file of a lockfile is looked for; `--pipeline` takes any name. */
const PIPELINE_ENDINGS = ['.json', '.jsonc', '.json5', ''];

/** The files beside a lockfile that may be its pipeline file. Absolute if the lockfile is. */
export function pipelineFilesOf(lockFile: string): string[] {
  const stem = lockFile.slice(0, -LOCKFILE_ENDING.length);
  return PIPELINE_ENDINGS.map((ending) => stem + ending).filter((file) => existsSync(file));
}
