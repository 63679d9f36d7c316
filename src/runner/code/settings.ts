import { existsSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';

/**
 * The files beside the sources that change a bundle: package.json (imports, exports, type) and tsconfig.json with what
 * it extends. Relative to the root.
 */
export function bundleSettingsFiles(root: string): string[] {
  const files = existsSync(path.join(root, 'package.json')) ? ['package.json'] : [];
  const pending = existsSync(path.join(root, 'tsconfig.json')) ? ['tsconfig.json'] : [];
  for (const file of pending) {
    files.push(file);
    const { extends: bases } = (parse(readFileSync(path.join(root, file), 'utf8')) ?? {}) as {
      extends?: string | string[];
    };
    for (const base of [bases ?? []].flat()) {
      if (!base.startsWith('.')) continue;
      const next = path.join(path.dirname(file), base.endsWith('.json') ? base : `${base}.json`);
      if (!files.includes(next) && !pending.includes(next) && existsSync(path.join(root, next))) pending.push(next);
    }
  }
  return files;
}
