/** The root of a project, and the files beside its pipeline files (docs/adr/0001). */
import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The folder for all relative paths of a pipeline: the nearest one, from the pipeline file upwards, with a
 * pipeline.json or a package.json; without one, the file's own folder. Absolute.
 */
export function projectRoot(file: string): string {
  const own = path.dirname(path.resolve(file));
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'pipeline.json')) || existsSync(path.join(folder, 'package.json'))) return folder;
    if (path.dirname(folder) === folder) return own;
  }
}
