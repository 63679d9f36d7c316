/** The common part of the stages that choose between trials: their settings, and the passing on of the chosen one. */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Type, type TObject } from '@sinclair/typebox';
import { writeChoice, type Trial } from '../../src/formats/trials.ts';
import { selectLeastLoss } from '../../src/learn/eval/select-least-loss.ts';
import { gathered, output, type Stage, type StageRun } from '../../src/stage/index.ts';
import { at, last } from '../../src/util/known.ts';

/** The axes of a trial that every choice needs. */
export const TRIAL = { seed: Type.Number() };

export const SELECT_OUTPUTS = {
  /** `choice.json`: the settings that were chosen, and nothing else. */
  choice: output,
  /** `trials.json`: every trial with its validation scores. */
  trials: output,
  /** A folder with the files of the chosen trial. */
  trained: output,
};

/** The one seed of all trials. Throws if they have several. */
export function seedOfTrials(members: readonly { readonly axes: { readonly seed: number } }[]): number {
  const [seed, ...others] = new Set(members.map(({ axes }) => axes.seed));
  if (seed !== undefined && others.length === 0) return seed;
  throw new Error(`Trials are compared with one seed; these have the seeds ${[seed, ...others].join(', ')}.`);
}

/** The axes of a trial that the stage which compares them lacks, without the seed. */
export function settingsOf(axes: Readonly<Record<string, unknown>>, own: object): Trial['params'] {
  const settings = Object.entries(axes).filter(([name]) => name !== 'seed' && !Object.hasOwn(own, name));
  return Object.fromEntries(settings) as Trial['params'];
}

interface Chosen {
  readonly seed: number;
  readonly trials: readonly Pick<Trial, 'params'>[];
  /** Position in `trials`, and among the members of each input. */
  readonly chosen: number;
  readonly warnings: readonly string[];
}

/** Writes the chosen settings, and copies the files of the chosen trial under the names of `files`. */
export async function passOnChosen<Names extends string>(
  { seed, trials, chosen, warnings }: Chosen,
  files: Readonly<Record<Names, string>>,
  inputs: Readonly<Record<NoInfer<Names>, readonly { readonly path: string }[]>>,
  outputs: Readonly<Record<'choice' | 'trained', string>>,
  stage: Pick<Stage, 'record' | 'warn'>,
): Promise<void> {
  for (const warning of warnings) stage.warn(warning);
  const { params } = at(trials, chosen);
  stage.record(params);
  await writeChoice(outputs.choice, { seed, params });
  await mkdir(outputs.trained, { recursive: true });
  for (const [name, file] of Object.entries<string>(files))
    await copyFile(at(inputs[name as Names], chosen).path, path.join(outputs.trained, file));
}

/** The outputs of trial, along the axes of the trials. */
export const TRIED = { weights: gathered(TRIAL), curves: gathered(TRIAL), predictions: gathered(TRIAL) };

interface Epoch<Train, Validation> {
  readonly train: Train;
  readonly validation: Validation;
}

type LossTrial<Train, Validation> = Validation & {
  readonly params: Trial['params'];
  readonly loss: number;
  readonly train: Train;
};

/** Passes the trial on whose last epoch has the least validation loss. */
export async function selectByLoss<Train, Validation extends { readonly loss: number | null }>(
  { inputs, outputs, stage }: StageRun<typeof TRIED, TObject, typeof SELECT_OUTPUTS>,
  readCurves: (path: string) => Promise<{ readonly epochs: readonly Epoch<Train, Validation>[] }>,
  writeTrials: (
    path: string,
    trials: ReturnType<typeof selectLeastLoss<LossTrial<Train, Validation>>>,
  ) => Promise<void>,
  files: Readonly<Record<keyof typeof TRIED, string>>,
): Promise<void> {
  const tried = inputs.curves.map(async ({ path: file, axes }) => {
    const { train, validation } = last((await readCurves(file)).epochs);
    if (validation.loss === null) throw new Error(`${file}: the last epoch has no validation loss.`);
    return { params: settingsOf(axes, stage.axes), ...validation, loss: validation.loss, train };
  });
  const trials = selectLeastLoss(seedOfTrials(inputs.curves), await Promise.all(tried));
  await writeTrials(outputs.trials, trials);
  await passOnChosen(trials, files, inputs, outputs, stage);
}
