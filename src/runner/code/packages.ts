/**
 * Installed packages are not bundled. They count by name, version and integrity, from the project's package-lock.json,
 * or from node_modules without a lockfile.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { byCodeUnit } from '../../util/canonical-json.ts';

interface PackageVersions {
  /** `1.2.3 sha512-...`; `not installed` for a package that is missing in lockfile and node_modules. */
  readonly versions: Readonly<Record<string, string>>;
  /** Files read, relative to the root: when one changes, so may the answer. */
  readonly files: readonly string[];
}

/**
 * @param home the real folder of the package that imports them: the project, or a package with packages of its own
 * @param imported name -> folder of a package that is carried in `home`; undefined for a package in node_modules
 */
export function packageVersions(
  root: string,
  home: string,
  imported: ReadonlyMap<string, string | undefined>,
): PackageVersions {
  const relative = relativeTo(realpathSync(root));
  const lock = readJson(path.join(root, 'package-lock.json')) as
    { packages?: Record<string, LockedPackage> } | undefined;
  const files = lock ? ['package-lock.json'] : [];
  const versions: Record<string, string> = {};
  for (const [name, carried] of [...imported].sort(([a], [b]) => byCodeUnit(a, b))) {
    const folder = carried ?? installedFolder(home, name);
    const locked = lock?.packages?.[folder === undefined ? `node_modules/${name}` : relative(folder)];
    if (locked?.version) {
      versions[name] = locked.integrity ? `${locked.version} ${locked.integrity}` : locked.version;
      continue;
    }
    const manifest = folder === undefined ? undefined : path.join(folder, 'package.json');
    const installed = manifest === undefined ? undefined : (readJson(manifest) as { version?: string } | undefined);
    versions[name] = installed?.version ?? 'not installed';
    if (manifest !== undefined && installed) files.push(relative(manifest));
  }
  return { versions, files };
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
}

/** Where Node finds a package: in `node_modules` of the folder, or of the nearest folder above. */
function installedFolder(home: string, name: string): string | undefined {
  for (let folder = home; ; folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', ...name.split('/'));
    if (existsSync(path.join(found, 'package.json'))) return found;
    if (path.dirname(folder) === folder) return undefined;
  }
}

const relativeTo =
  (root: string) =>
  (file: string): string =>
    path.relative(root, file).split(path.sep).join('/');

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  return JSON.parse(text);
}
