/** Reads the settings of Slurm, and says everything that is wrong with them. */
import { DEFAULT_SLURM, LEAST_GRACE_SECONDS, type SlurmSettings } from '../runner/slurm/settings.ts';
import { bytesOf, millisecondsOf } from '../util/quantity.ts';
import { suggest } from '../util/suggest.ts';

export interface SlurmFault {
  /** `slurm.time` */
  readonly place: string;
  readonly message: string;
  readonly suggestion?: string;
  readonly remedy?: string;
}

type Read = Partial<SlurmSettings> | string;

/** For each key: its part of the settings, or a description of the allowed values. */
const READERS: Readonly<Record<string, (value: unknown) => Read>> = {
  account: (value) => (isName(value) ? { account: value } : 'the name of an account'),
  partition: partitionOf,
  time: (value) => {
    const time = typeof value === 'string' ? slurmTime(value) : undefined;
    return time === undefined
      ? 'a duration such as "12h", at least "1m", or a time of Slurm such as "1-12:00:00"'
      : { time };
  },
  grace: (value) => {
    const ms = typeof value === 'string' ? millisecondsOf(value) : undefined;
    return ms === undefined || ms < 1000 * LEAST_GRACE_SECONDS
      ? `a duration of at least "${LEAST_GRACE_SECONDS}s", because Slurm looks at time limits every 30 s`
      : { graceSeconds: Math.ceil(ms / 1000) };
  },
  extra: extraOf,
  licenses: (value) =>
    isObject(value) && Object.values(value).every(isName)
      ? { licenses: value as Readonly<Record<string, string>> }
      : 'an object of names of licenses, such as { "matlab": "matlab@server" }',
  mode: (value) => (value === 'jobs' || value === 'allocation' ? { mode: value } : '"jobs" or "allocation"'),
  allocation: allocationOf,
  interval: (value) => {
    const intervalMs = typeof value === 'string' ? millisecondsOf(value) : undefined;
    return intervalMs === undefined || intervalMs < 1000 ? 'a duration such as "10s", at least "1s"' : { intervalMs };
  },
};

export function readSlurmSettings(value: unknown): { readonly slurm: SlurmSettings; readonly faults: SlurmFault[] } {
  if (!isObject(value))
    return { slurm: DEFAULT_SLURM, faults: [{ place: 'slurm', message: expected('an object', value) }] };
  const faults: SlurmFault[] = [];
  let slurm = DEFAULT_SLURM;
  for (const [key, given] of Object.entries(value)) {
    const read = READERS[key]?.(given);
    if (read === undefined) faults.push(unknownKey(key));
    else if (typeof read === 'string') faults.push({ place: `slurm.${key}`, message: expected(read, given) });
    else slurm = { ...slurm, ...read };
  }
  return { slurm, faults: [...faults, ...faultsOfMode(slurm, value)] };
}

/** Settings that have no meaning in the chosen mode. */
function faultsOfMode({ mode }: SlurmSettings, given: object): SlurmFault[] {
  if (mode === 'jobs' && 'allocation' in given)
    return [
      {
        place: 'slurm.allocation',
        message: 'it is the size of an allocation, and each instance is a job of its own',
        remedy: 'Set "mode": "allocation", or leave it out.',
      },
    ];
  if (mode === 'allocation' && 'licenses' in given)
    return [
      {
        place: 'slurm.licenses',
        message: 'only jobs hold licenses of Slurm, and the instances are steps of one job',
        remedy: 'Set "mode": "jobs", or leave it out: the run then counts the resource itself, see "slots".',
      },
    ];
  return [];
}

function unknownKey(key: string): SlurmFault {
  const known = Object.keys(READERS);
  const suggestion = suggest(key, known);
  return {
    place: 'slurm',
    message: `unknown setting "${key}"`,
    ...(suggestion === undefined
      ? { remedy: `Known are ${known.join(', ')}. Any other option of sbatch goes into slurm.extra.` }
      : { suggestion }),
  };
}

function partitionOf(value: unknown): Read {
  if (isName(value)) return { partition: { gpu: value, cpu: value } };
  const isBoth =
    isObject(value) && Object.entries(value).every(([key, name]) => (key === 'gpu' || key === 'cpu') && isName(name));
  return isBoth ? { partition: value } : 'the name of a partition, or { "gpu": NAME, "cpu": NAME }';
}

/** Each amount of a node. */
const AMOUNTS: Readonly<Record<string, (value: unknown) => number | undefined>> = {
  nodes: (value) => wholeFrom(1, value),
  cpu: (value) => wholeFrom(1, value),
  gpu: (value) => wholeFrom(0, value),
  memory: (value) => (typeof value === 'string' ? bytesOf(value) : undefined),
};

function allocationOf(value: unknown): Read {
  const allowed = 'the size of each node, such as { "nodes": 2, "cpu": 16, "memory": "64 GiB", "gpu": 4 }';
  if (!isObject(value)) return allowed;
  const amounts = Object.entries(value).map(([name, given]) => [name, AMOUNTS[name]?.(given)] as const);
  if (amounts.some(([, amount]) => amount === undefined)) return allowed;
  return { allocation: { ...DEFAULT_SLURM.allocation, ...Object.fromEntries(amounts) } };
}

const wholeFrom = (least: number, value: unknown): number | undefined =>
  Number.isInteger(value) && (value as number) >= least ? (value as number) : undefined;

/** Options that the runner gives itself. */
const OWN =
  /^(--(array|job-name|comment|output|error|export|export-file|open-mode|signal|wrap|parsable|chdir|requeue|no-requeue|wait|ntasks|ntasks-per-node|nodes|cpus-per-task|test-only|account|time)\b|-(a|J|o|e|D|W|n|N|c|A|t)(?![a-z-]))/;

/** The remedy for options that have a place of their own. */
const OWN_PLACE: Readonly<Record<string, string>> = {
  '--account': 'slurm.account',
  '-A': 'slurm.account',
  '--time': 'slurm.time',
  '-t': 'slurm.time',
  '--cpus-per-task': '"resources": { "cpu": ... } of the stage',
  '-c': '"resources": { "cpu": ... } of the stage',
};

function extraOf(value: unknown): Read {
  const isList = Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== '');
  if (!isList) return 'a list of options of sbatch, such as ["--qos=low"]';
  const words = value as readonly string[];
  const own = words.find((word) => OWN.test(word));
  if (own !== undefined) {
    const place = OWN_PLACE[own.replace(/=.*/, '')];
    return `options that the runner does not give itself; ${own} ${place === undefined ? 'is one of them' : `belongs to ${place}`}`;
  }
  return { extra: words };
}

/** A limit in a form that sbatch reads. Whole minutes: Slurm rounds. */
function slurmTime(text: string): string | undefined {
  if (/^\d+-\d+(:\d+){0,2}$|^\d+(:\d+){1,2}$/.test(text)) return text;
  const ms = millisecondsOf(text);
  return ms === undefined || ms < 60_000 ? undefined : String(Math.ceil(ms / 60_000));
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[^\s]+$/.test(value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const expected = (allowed: string, value: unknown): string => `expected ${allowed}, got ${JSON.stringify(value)}`;
