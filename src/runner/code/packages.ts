/**
 * Installed packages are not bundled. They count by name, version and integrity, from the project's package-lock.json,
 * or from node_modules without a lockfile.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface PackageVersions {
  /** `1.2.3 sha512-...`; `not installed` for a package that is missing in lockfile and node_modules. */
  readonly versions: Readonly<Record<string, string>>;
  /** Files read, relative to the root: when one changes, so may the answer. */
  readonly files: readonly string[];
}

export function packageVersions(root: string, names: readonly string[]): PackageVersions {
  const lock = readJson(path.join(root, 'package-lock.json')) as
    { packages?: Record<string, LockedPackage> } | undefined;
  const files = lock ? ['package-lock.json'] : [];
  const versions: Record<string, string> = {};
  for (const name of names) {
    const locked = lock?.packages?.[`node_modules/${name}`];
    if (locked?.version) {
      versions[name] = locked.integrity ? `${locked.version} ${locked.integrity}` : locked.version;
      continue;
    }
    const manifest = path.join('node_modules', ...name.split('/'), 'package.json');
    const installed = readJson(path.join(root, manifest)) as { version?: string } | undefined;
    versions[name] = installed?.version ?? 'not installed';
    if (installed) files.push(manifest);
  }
  return { versions, files };
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  return JSON.parse(text);
}
