/**
 * Settings of a user or a project, found by cosmiconfig: `.pipelinerc`, `.pipelinerc.json`, `.pipelinerc.yaml`, the key
 * `pipeline` of package.json, from the current folder upwards, then the user's own configuration folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Diagnostic } from '../runner/diagnostic.ts';
import { Refusal, refuse } from './refusal.ts';
import { progressModes, type ProgressMode } from './render/renderer.ts';
import { suggest } from '../util/suggest.ts';

export interface Settings {
  /** How many instances at most run at the same time. */
  readonly jobs?: number;
  readonly progress?: ProgressMode;
  /** Absolute path of the pipeline file; written relative to the settings file. */
  readonly pipeline?: string;
  /** Absolute path of the store; written relative to the settings file. */
  readonly store?: string;
}

const FILES = ['.pipelinerc', '.pipelinerc.json', '.pipelinerc.yaml', '.pipelinerc.yml'];

/** Throws a Refusal that lists every fault of the settings file. */
export async function loadSettings(folder: string): Promise<Settings> {
  if (!mayExist(folder)) return {};
  const { cosmiconfig } = await import('cosmiconfig');
  const explorer = cosmiconfig('pipeline', { searchPlaces: ['package.json', ...FILES], searchStrategy: 'global' });
  const found = await explorer.search(folder).catch((error: unknown) => {
    throw refuse('unreadable-settings', `the settings cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  return found === null || found.isEmpty === true ? {} : validated(found.config, found.filepath, path.relative(folder, found.filepath));
}

/** cosmiconfig costs 40 ms to load and search; most commands run where there are no settings, and this look costs one. */
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

/** Where cosmiconfig looks last, on Linux, macOS and Windows. */
function userFolders(): string[] {
  const home = os.homedir();
  const xdg = process.env.XDG_CONFIG_HOME ?? path.join(home, '.config');
  return [path.join(xdg, 'pipeline'), path.join(home, 'Library', 'Preferences', 'pipeline'), path.join(process.env.APPDATA ?? home, 'pipeline', 'Config')];
}

type Reader = (value: unknown, base: string) => Settings | string;

/** For each setting: its part of the result, or what is allowed. */
const READERS: Readonly<Record<keyof Settings, Reader>> = {
  jobs: (value) => (Number.isInteger(value) && Number(value) >= 1 ? { jobs: Number(value) } : 'a whole number from 1'),
  progress: (value) => {
    const mode = progressModes.find((known) => known === value);
    return mode === undefined ? `one of ${progressModes.join(', ')}` : { progress: mode };
  },
  pipeline: (value, base) => (typeof value === 'string' ? { pipeline: path.resolve(base, value) } : 'the path of a pipeline file'),
  store: (value, base) => (typeof value === 'string' ? { store: path.resolve(base, value) } : 'the path of a folder'),
};

/** @param shown the file as the user would name it. */
export function validated(config: unknown, file: string, shown: string): Settings {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw refuse('invalid-settings', `${shown}: the settings must be an object`);
  let settings: Settings = {};
  const faults: Diagnostic[] = [];
  for (const [key, value] of Object.entries(config)) {
    const reader = (READERS as Readonly<Record<string, Reader | undefined>>)[key];
    const part = reader?.(value, path.dirname(file));
    if (part === undefined) faults.push(unknownSetting(key, shown));
    else if (typeof part === 'string') faults.push(fault('invalid-setting', `${shown}: ${key} is ${JSON.stringify(value)}, allowed is ${part}`));
    else settings = { ...settings, ...part };
  }
  if (faults.length > 0) throw new Refusal(faults);
  return settings;
}

function unknownSetting(key: string, shown: string): Diagnostic {
  const known = Object.keys(READERS);
  const suggestion = suggest(key, known);
  return { ...fault('unknown-setting', `${shown}: unknown setting "${key}"`), ...(suggestion === undefined ? { remedy: `Known are ${known.join(', ')}.` } : { suggestion }) };
}

const fault = (code: string, message: string): Diagnostic => ({ code, severity: 'error', message });
