/** Finds and reads the settings file, and says everything that is wrong with it. */
import path from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import type { Diagnostic } from '../formats/diagnostic.ts';
import type { Amounts } from '../runner/resources/slots.ts';
import type { SlurmSettings } from '../runner/slurm/settings.ts';
import { millisecondsOf } from '../util/quantity.ts';
import { suggest } from '../util/suggest.ts';
import { Refusal, refuse } from './refusal.ts';
import { readRemotes, type Remotes } from './remote/read-remotes.ts';
import { executorNames, type ExecutorName } from './executor-names.ts';
import { readSlot } from './slot.ts';
import { readSlurmSettings } from './slurm-settings.ts';
import { progressModes, type ProgressMode } from './render/renderer.ts';

export interface Settings {
  /** The maximum number of instances that run at the same time. */
  readonly jobs?: number;
  readonly progress?: ProgressMode;
  /** The total of each resource, if it differs from the machine's; memory in bytes. */
  readonly slots?: Amounts;
  /** Milliseconds that a stage has to end once it was asked to stop. */
  readonly graceMs?: number;
  /** Absolute path of the pipeline file; written relative to the settings file. */
  readonly pipeline?: string;
  /** The place of executions; absent: this machine. */
  readonly executor?: ExecutorName;
  readonly slurm?: SlurmSettings;
  /** Absolute path of the store; written relative to the settings file. */
  readonly store?: string;
  /** Absolute path of the folder for event files of TensorBoard; written relative to the settings file. */
  readonly tensorboard?: string;
  /** By name. */
  readonly remotes?: Remotes;
  /** The remote that counts if none is named. */
  readonly remote?: string;
}

/** Throws a Refusal that lists every fault of the settings file. */
export async function searchSettings(folder: string, searchPlaces: string[]): Promise<Settings> {
  const explorer = cosmiconfig('pipeline', { searchPlaces, searchStrategy: 'global' });
  const found = await explorer.search(folder).catch((error: unknown) => {
    throw refuse(
      'unreadable-settings',
      `the settings cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return found === null || found.isEmpty === true
    ? {}
    : validated(found.config, found.filepath, path.relative(folder, found.filepath));
}

type Reader = (value: unknown, base: string) => Settings | string;

/** For each setting: its part of the result, or a description of the allowed values. */
const READERS: Readonly<Record<string, Reader>> = {
  jobs: (value) => (Number.isInteger(value) && Number(value) >= 1 ? { jobs: Number(value) } : 'an integer >= 1'),
  progress: (value) => {
    const mode = progressModes.find((known) => known === value);
    return mode === undefined ? `one of ${progressModes.join(', ')}` : { progress: mode };
  },
  slots: slotsOf,
  grace: (value) => {
    const graceMs = typeof value === 'string' ? millisecondsOf(value) : undefined;
    return graceMs === undefined ? 'a duration such as "30s"' : { graceMs };
  },
  pipeline: (value, base) =>
    typeof value === 'string' ? { pipeline: path.resolve(base, value) } : 'the path of a pipeline file',
  remotes: (value, base) => {
    const remotes = readRemotes(value, base);
    return typeof remotes === 'string' ? remotes : { remotes };
  },
  remote: (value) => (typeof value === 'string' ? { remote: value } : 'the name of a remote'),
  executor: (value) => {
    const executor = executorNames.find((known) => known === value);
    return executor === undefined ? `one of ${executorNames.join(', ')}` : { executor };
  },
  store: (value, base) => (typeof value === 'string' ? { store: path.resolve(base, value) } : 'the path of a folder'),
  tensorboard: (value, base) =>
    typeof value === 'string' ? { tensorboard: path.resolve(base, value) } : 'the path of a folder',
};

function slotsOf(value: unknown): Settings | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'an object of numbers';
  const read = Object.entries(value).map(([name, amount]) => readSlot(name, String(amount)));
  const wrong = read.find((each) => !each.ok);
  return wrong?.ok === false
    ? wrong.error
    : { slots: Object.fromEntries(read.flatMap((each) => (each.ok ? [each.value] : []))) };
}

/** @param shown the file as the user would name it. */
export function validated(config: unknown, file: string, shown: string): Settings {
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw refuse('invalid-settings', `${shown}: the settings must be an object`);
  let settings: Settings = {};
  const faults: Diagnostic[] = [];
  for (const [key, value] of Object.entries(config)) {
    if (key === 'slurm') {
      const read = readSlurmSettings(value);
      settings = { ...settings, slurm: read.slurm };
      for (const { place, message, ...help } of read.faults)
        faults.push({ ...fault('invalid-setting', `${shown}: ${place}: ${message}`), ...help });
      continue;
    }
    const part = READERS[key]?.(value, path.dirname(file));
    if (part === undefined) faults.push(unknownSetting(key, shown));
    else if (typeof part === 'string')
      faults.push(fault('invalid-setting', `${shown}: ${key}: expected ${part}, got ${JSON.stringify(value)}`));
    else settings = { ...settings, ...part };
  }
  if (faults.length > 0) throw new Refusal(faults);
  return settings;
}

function unknownSetting(key: string, shown: string): Diagnostic {
  const known = [...Object.keys(READERS), 'slurm'];
  const suggestion = suggest(key, known);
  return {
    ...fault('unknown-setting', `${shown}: unknown setting "${key}"`),
    ...(suggestion === undefined ? { remedy: `Known are ${known.join(', ')}.` } : { suggestion }),
  };
}

const fault = (code: string, message: string): Diagnostic => ({ code, severity: 'error', message });
