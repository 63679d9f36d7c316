import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'jsonc-parser';

interface BundleSettings {
  /** The tsconfig.json that counts, relative to the root. */
  readonly tsconfig: string | undefined;
  /** All files, relative to the root. */
  readonly files: readonly string[];
}

/**
 * The files beside the sources that change a bundle: package.json (imports, exports, type) and tsconfig.json with what
 * it extends. They are those of the package that the module belongs to, which lies in `home`.
 */
export function bundleSettingsFiles(root: string, home: string): BundleSettings {
  const own = path.relative(realpathSync(root), home).split(path.sep).join('/');
  const files = existing(root, path.posix.join(own, 'package.json'));
  const pending = existing(root, path.posix.join(own, 'tsconfig.json'));
  for (const file of pending) {
    files.push(file);
    const { extends: bases } = (parse(readFileSync(path.join(root, file), 'utf8')) ?? {}) as {
      extends?: string | string[];
    };
    for (const base of [bases ?? []].flat()) {
      if (!base.startsWith('.')) continue;
      const next = path.posix.join(path.posix.dirname(file), base.endsWith('.json') ? base : `${base}.json`);
      if (!files.includes(next) && !pending.includes(next)) pending.push(...existing(root, next));
    }
  }
  return { tsconfig: pending[0], files };
}

const existing = (root: string, file: string): string[] => (existsSync(path.join(root, file)) ? [file] : []);
