/**
 * Settings of a user or a project, found by cosmiconfig: `.pipelinerc`, `.pipelinerc.json`, `.pipelinerc.yaml`, the key
 * `pipeline` of package.json, from the current folder upwards, then the user's own configuration folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Settings } from './settings-file.ts';

const FILES = ['.pipelinerc', '.pipelinerc.json', '.pipelinerc.yaml', '.pipelinerc.yml'];

/** Throws a Refusal that lists every fault of the settings file. */
export async function loadSettings(folder: string): Promise<Settings> {
  if (!mayExist(folder)) return {};
  const { searchSettings } = await import('./settings-file.ts');
  return searchSettings(folder, ['package.json', ...FILES]);
}

/** cosmiconfig costs 40 ms to load and search. Most commands run without settings, and this look costs 1 ms. */
function mayExist(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (FILES.some((name) => existsSync(path.join(at, name))) || hasKey(path.join(at, 'package.json'))) return true;
    if (path.dirname(at) === at) return userFolders().some(existsSync);
  }
}

function hasKey(file: string): boolean {
  try {
    return 'pipeline' in (JSON.parse(readFileSync(file, 'utf8')) as object);
  } catch {
    return false; // absent, or broken in a way that npm will say
  }
}

/** The last folders that cosmiconfig searches, on Linux, macOS and Windows. */
function userFolders(): string[] {
  const home = os.homedir();
  const xdg = process.env.XDG_CONFIG_HOME ?? path.join(home, '.config');
  return [
    path.join(xdg, 'pipeline'),
    path.join(home, 'Library', 'Preferences', 'pipeline'),
    path.join(process.env.APPDATA ?? home, 'pipeline', 'Config'),
  ];
}
