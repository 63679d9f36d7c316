/** Faults one after the other, at moments drawn from a seed, for as long as there is time. */
import { appendFileSync, cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { random } from '../../src/util/random.ts';
import { err, ok, type Result } from '../../src/util/result.ts';
import { pipeline } from './command.ts';
import { drawFault, KINDS, type Calls, type Kind, type Start } from './fault.ts';
import { resultsOf } from './judge.ts';
import { compilePreload, preloaded, readTrace } from './preload.ts';
import { makeProject } from './project.ts';
import { tryFault, type Bench, type Trial } from './trial.ts';

export interface Options {
  readonly seed: number;
  /** No trial begins later than that. */
  readonly seconds: number;
  /** Default: all of them. */
  readonly kinds?: readonly Kind[];
  /** Absolute paths of the built command and of fault.c. */
  readonly command: string;
  readonly source: string;
  readonly tell?: (trial: Trial, number: number) => void;
}

export interface Count {
  readonly injected: number;
  /** The number of faults that the run met before it ended. */
  readonly met: number;
  readonly losses: number;
  /** Temporary files and folders that stayed. */
  readonly litter: number;
}

export interface Summary {
  readonly seed: number;
  /** Starts of the command, disturbed or not. */
  readonly runs: number;
  readonly kinds: ReadonlyMap<Kind, Count>;
  readonly failed: readonly Trial[];
}

/**
 * The error says why no fault can be injected on this machine. Projects of failed trials are kept, and named in the
 * losses.
 */
export async function campaign({
  seed,
  seconds,
  kinds = KINDS,
  command,
  source,
  tell,
}: Options): Promise<Result<Summary, string>> {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'pipeline-faults-')));
  const end = Date.now() + seconds * 1000;
  const library = compilePreload(source, folder);
  if (!library.ok) {
    rmSync(folder, { recursive: true });
    return err(library.error);
  }
  const { bench, calls } = await prepare(command, library.value, folder);
  const trials: Trial[] = [];
  for (let number = 0; number < kinds.length || Date.now() < end; number++) {
    const kind = kinds[number % kinds.length]!;
    const trial = await tryFault(drawFault(kind, random('fault', seed, number), calls), String(number), bench);
    trials.push(trial);
    tell?.(trial, number);
  }
  const failed = trials.filter(({ losses }) => losses.length > 0);
  if (failed.length === 0) rmSync(folder, { recursive: true });
  return ok({ seed, runs: 3 * trials.length, kinds: countKinds(kinds, trials), failed });
}

async function prepare(
  command: string,
  library: string,
  folder: string,
): Promise<{ bench: Bench; calls: Record<Start, Calls> }> {
  const [cold, warm] = ['cold', 'warm'].map((name) => path.join(folder, name)) as [string, string];
  makeProject(cold);
  cpSync(cold, warm, { recursive: true });
  await undisturbed(command, warm);
  // Changes the outputs of every stage.
  appendFileSync(path.join(warm, 'texts', 'poem.txt'), 'and so on\n');
  const measure = async (start: string) => {
    const results = async (reads: boolean) => {
      const root = path.join(folder, `measured-${path.basename(start)}-${reads ? 'reading' : 'changing'}`);
      cpSync(start, root, { recursive: true, preserveTimestamps: true });
      const trace = `${root}.trace`;
      await undisturbed(command, root, preloaded(library, root, trace, { at: 0, action: 'none', reads }));
      const found = { results: resultsOf(root), calls: Math.max(...readTrace(trace).map(({ number }) => number)) };
      rmSync(root, { recursive: true });
      return found;
    };
    const [changing, reading] = [await results(false), await results(true)];
    return {
      start: { folder: start, results: changing.results },
      calls: { changing: changing.calls, reading: reading.calls },
    };
  };
  const measured = { cold: await measure(cold), warm: await measure(warm) };
  return {
    bench: { command, library, folder, starts: { cold: measured.cold.start, warm: measured.warm.start } },
    calls: { cold: measured.cold.calls, warm: measured.warm.calls },
  };
}

async function undisturbed(command: string, root: string, env: Record<string, string> = {}): Promise<void> {
  const { code, out, err: messages } = await pipeline(command, root, ['run'], { env });
  if (code !== 0) throw new Error(`The undisturbed run ended with ${code}: ${out}${messages}`);
}

function hasMet({ fault, met, disturbed }: Trial): boolean {
  return met !== undefined || disturbed.signal !== null || fault.wrapper !== undefined || fault.output !== undefined;
}

function countKinds(kinds: readonly Kind[], trials: readonly Trial[]): Map<Kind, Count> {
  return new Map(
    kinds.map((kind) => {
      const ofKind = trials.filter(({ fault }) => fault.kind === kind);
      return [
        kind,
        {
          injected: ofKind.length,
          met: ofKind.filter(hasMet).length,
          losses: ofKind.reduce((sum, { losses }) => sum + losses.length, 0),
          litter: ofKind.reduce((sum, { litter }) => sum + litter.length, 0),
        },
      ];
    }),
  );
}

/** A line for each kind, and one for all. */
export function table({ seed, runs, kinds, failed }: Summary): string {
  const rows = [...kinds].map(([kind, { injected, met, losses, litter }]) => [kind, injected, met, losses, litter]);
  const total = [1, 2, 3, 4].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  const lines = [['fault', 'injected', 'met', 'losses', 'litter'], ...rows, ['all', ...total]].map((row) =>
    row.map((cell, i) => (i === 0 ? String(cell).padEnd(22) : String(cell).padStart(8))).join(''),
  );
  return [...lines, `${runs} runs, seed ${seed}${failed.length === 0 ? '' : `, ${failed.length} trials failed`}`].join(
    '\n',
  );
}

/** Describes a failed trial, so that it can be repeated, and its losses. */
export function account({ fault, met, losses, litter }: Trial): string {
  const place = met === undefined ? '' : ` (${met.what} ${met.path})`;
  const moment = fault.starts === undefined ? `call ${fault.injection.at}${place}` : `start ${fault.starts}`;
  return [
    `${fault.kind}, ${fault.start}, ${moment}:`,
    ...[...losses, ...litter.map((file) => `left behind: ${file}`)].map((line) => `  ${line}`),
  ].join('\n');
}
