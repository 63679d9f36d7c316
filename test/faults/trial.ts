/** One fault: a fresh project, a disturbed run, an undisturbed run, and a verdict. */
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pipeline, type Answer } from './command.ts';
import type { Fault, Start } from './fault.ts';
import { litter, orphans, resultsOf, unsoundBlobs, userFilesOf, type Results } from './judge.ts';
import { cutPower } from './power-cut.ts';
import { preloaded, readTrace, type Call } from './preload.ts';

export interface Undisturbed {
  /** The project as it is before the run. */
  readonly folder: string;
  readonly results: Results;
}

export interface Bench {
  /** Absolute path of the built command. */
  readonly command: string;
  readonly library: string;
  /** Temporary; holds all projects. */
  readonly folder: string;
  readonly starts: Readonly<Record<Start, Undisturbed>>;
}

export interface Trial {
  readonly fault: Fault;
  /** The call that the fault met; undefined if the run ended before it. */
  readonly met: Call | undefined;
  readonly disturbed: Answer;
  /** The losses; empty in a passed trial. */
  readonly losses: readonly string[];
  /** Leftover files that will not be used again. */
  readonly litter: readonly string[];
}

export async function tryFault(fault: Fault, name: string, bench: Bench): Promise<Trial> {
  const root = path.join(bench.folder, name);
  const undisturbed = bench.starts[fault.start];
  cpSync(undisturbed.folder, root, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const traceFile = `${root}.trace`;
  const saveFolder = `${root}.saved`;
  mkdirSync(saveFolder);
  const theirs = userFilesOf(root);

  const disturbed = await pipeline(bench.command, root, ['run', '--json'], {
    // The library would count the calls of the wrapper.
    env: fault.wrapper === undefined ? preloaded(bench.library, root, traceFile, fault.injection, saveFolder) : {},
    hear: strike(fault),
    wrapper: fault.wrapper,
    isOutputFull: fault.output === 'full',
  });
  const trace = fault.wrapper === undefined ? readTrace(traceFile) : [];
  const met = trace.find(({ number }) => number === fault.injection.at);
  // A wrapper has ended before the runner that it started.
  const survivors = fault.kind === 'power cut' || fault.wrapper !== undefined ? await orphans(root) : [];
  if (fault.kind === 'power cut') cutPower(trace, saveFolder, fault.source);
  // At once, while leftovers of the killed run may still run.
  const repaired = await pipeline(bench.command, root, ['run', '--json']);
  const losses = [
    ...wrongEnd(disturbed, met, fault),
    ...(repaired.code === 0
      ? []
      : [
          `the next run ended with ${repaired.code}: ${repaired.out
            .split('\n')
            .filter((line) => line.includes('"failed"') || line.includes('diagnostics'))
            .join(' ')} ${repaired.err}`,
        ]),
    ...(repaired.code === 0 ? differences('result', undisturbed.results, resultsOf(root)) : []),
    ...differences("user's file", theirs, userFilesOf(root)),
    ...unsoundBlobs(root).map((blob) => `${blob} is not what its name says`),
    ...executedAgain(trace, repaired).map((id) => `${id} was recorded for good and executed again`),
    ...[...survivors, ...(await orphans(root))].map((process) => `orphan: ${process}`),
  ];
  if (losses.length === 0) {
    const check = await pipeline(bench.command, root, ['status', '--check']);
    if (check.code !== 0) losses.push(`something is stale after the repair: ${check.out}${check.err}`);
  }
  const trial = { fault, met, disturbed, losses, litter: litter(root) };
  if (losses.length === 0)
    for (const place of [root, traceFile, saveFolder, `${root}.npm`]) rmSync(place, { recursive: true, force: true });
  return trial;
}

/** Acts after the process has reported the number of started stages. */
function strike({ kind, starts, signal = 'SIGKILL', output }: Fault): (line: string, child: ChildProcess) => void {
  let started = 0;
  return (line, child) => {
    if (!line.includes('"type":"started"') || ++started !== starts) return;
    if (output === 'closed') {
      child.stdout?.destroy();
      child.stderr?.destroy();
    } else {
      if (kind === 'kill runner and guard') for (const guard of guardsOf(child.pid)) killIfThere(guard);
      child.kill(signal);
    }
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}

/** The last word of its command line tells the guard from a stage. None, if the runner has ended already. */
function guardsOf(runner: number | undefined): number[] {
  try {
    const children = readFileSync(`/proc/${runner}/task/${runner}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.map(Number).filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('\0guard\0'));
  } catch {
    return [];
  }
}

/** The runner always ends with a documented code and a message, never with a stack trace. */
function wrongEnd({ hung, code, signal, out, err }: Answer, met: Call | undefined, fault: Fault): string[] {
  if (hung) return [`the disturbed run never ended: ${out.split('\n').at(-2) ?? ''} ${err}`];
  const bug = /Internal error|^\s+at .*:\d+:\d+\)?$/m.exec(`${out}\n${err}`);
  if (bug) return [`the disturbed run showed a bug: ${err}`];
  if (fault.output !== undefined)
    return code === 0 ? [] : [`a run whose output cannot be written ended with ${code ?? signal}: ${err}`];
  if (fault.wrapper !== undefined) return []; // the end of the wrapper is not ours
  // A pipeline file that cannot be read is a fault of the configuration.
  if (
    code === null
      ? signal === 'SIGKILL'
      : [0, 1, 4, ...(met?.path.endsWith('/pipeline.json') ? [2] : [])].includes(code)
  )
    return [];
  return [`the disturbed run ended with ${code ?? signal}: ${err}`];
}

/** Instances whose record was on the disk, by every rule, before the fault. */
function executedAgain(trace: readonly Call[], repaired: Answer): string[] {
  const renamed = new Map<string, number>();
  const flushed = new Map<string, number>();
  trace.forEach(({ what, errno, path: file, to }, i) => {
    if (errno !== 0) return;
    const fingerprint = /\/cache\/runs\/([0-9a-f]{64})\/[0-9a-f]{64}\.json$/.exec(to)?.[1];
    const folder = /\/cache\/runs\/([0-9a-f]{64})$/.exec(file)?.[1];
    if (what === 'rename' && fingerprint !== undefined) renamed.set(fingerprint, i);
    if (what === 'fsync' && folder !== undefined) flushed.set(folder, i);
  });
  const recorded = new Set(
    [...renamed].filter(([fingerprint, i]) => i < (flushed.get(fingerprint) ?? 0)).map(([fingerprint]) => fingerprint),
  );
  return repaired.out.split('\n').flatMap((line) => {
    const event = (line.startsWith('{') ? JSON.parse(line) : {}) as {
      type?: string;
      id?: string;
      record?: { fingerprint: string };
    };
    return event.type === 'succeeded' && recorded.has(event.record?.fingerprint ?? '') ? [event.id!] : [];
  });
}

function differences(what: string, before: Results, after: Results): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key])
    .map((key) => {
      if (after[key] === undefined) return `${what} ${key} is lost`;
      return before[key] === undefined ? `${what} ${key} appeared` : `${what} ${key} changed`;
    });
}
