import path from 'node:path';

/** Beside the pipeline file: `pipelines/small.json` -> `pipelines/small.lock.json`. Absolute if the file is. */
export function lockFileOf(pipelineFile: string): string {
  const { dir, name } = path.parse(pipelineFile);
  return path.join(dir, `${name}.lock.json`);
}
