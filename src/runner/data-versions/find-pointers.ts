/** All data of a project that has a pointer file. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { isPointerFile, POINTER_ENDING } from '../store/pointer-file.ts';
import type { DataProject } from './data-project.ts';

/** Folders that never hold data of the project, and may be large. */
const SKIPPED: ReadonlySet<string> = new Set(['.git', '.hg', '.svn', '.dvc', '.venv', 'node_modules']);

/** Absolute paths of folders and files, sorted. The folders themselves are not searched: they may be large. */
export function findTargets({ root, storeFolder }: Pick<DataProject, 'root' | 'storeFolder'>): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    const entries = readdirSync(folder, { withFileTypes: true });
    const targets = new Set(
      entries
        .filter((entry) => entry.name.endsWith(POINTER_ENDING) && isPointerFile(path.join(folder, entry.name)))
        .map(({ name }) => name.slice(0, -POINTER_ENDING.length)),
    );
    for (const name of targets) found.push(path.join(folder, name));
    for (const entry of entries) {
      const inner = path.join(folder, entry.name);
      const isSearched = entry.isDirectory() && !SKIPPED.has(entry.name) && !targets.has(entry.name);
      if (isSearched && inner !== storeFolder) walk(inner);
    }
  };
  walk(root);
  return found.sort(byCodeUnit);
}
