import { readdirSync } from 'node:fs';
import path from 'node:path';
import { suggest } from './suggest.ts';

/** The file in the same folder with a name close to that of a missing file. */
export function closestFile(missing: string): string | undefined {
  const folder = path.dirname(missing);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  const name = suggest(path.basename(missing), names);
  return name === undefined ? undefined : path.join(folder, name);
}
