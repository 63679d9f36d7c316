/** Files of installed packages, named as `package/file` or `@scope/package/file`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** True if a path could name a file of a package: it begins with a package name and continues. */
export function isPackagePath(text: string): boolean {
  return /^(@[^/.][^/]*\/)?[^/.@][^/]*\/./.test(text);
}

/** In `node_modules` of the folder and of those above, nearest first. Absolute. */
export function installedPaths(folder: string, text: string): string[] {
  return foldersAbove(folder).map((above) => path.join(above, 'node_modules', text));
}

/** The folder of a package: installed in or above the folder, or the package that the folder belongs to. Absolute. */
export function packageFolder(folder: string, name: string): string | undefined {
  for (const above of foldersAbove(folder)) {
    const installed = path.join(above, 'node_modules', name);
    if (existsSync(installed)) return installed;
    if (nameIn(above) === name) return above;
  }
  return undefined;
}

function nameIn(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}

function foldersAbove(folder: string): string[] {
  const above = path.dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}
