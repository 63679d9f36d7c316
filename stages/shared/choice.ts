/** The choice between trials, as trainings read it: settings, and the files of the trial that was chosen. */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Static, TObject } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { readChoice } from '../../src/formats/trials.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import { readWeightsNotes } from '../../src/learn/nn/weights.ts';
import { optional, input, type Stage } from '../../src/stage/index.ts';

export const CHOICE_INPUTS = {
  /** `choice.json` of select: its settings replace the parameters of the same names. */
  choice: optional(input),
  /** The folder `trained` of select. It is taken over where it was trained with the same settings and seed. */
  trained: optional(input),
};

/** The parameters of the pipeline with those of the choice in their place. Throws DatasetError where one cannot be. */
export async function chosenParameters<Schema extends TObject>(
  choice: string | null,
  schema: Schema,
  params: Static<Schema>,
): Promise<Static<Schema>> {
  if (choice === null) return params;
  const chosen = (await readChoice(choice)).params;
  const unknown = Object.keys(chosen).find((name) => !Object.hasOwn(schema.properties, name));
  if (unknown !== undefined)
    throw new DatasetError(`${choice}: ${unknown} is no parameter of this training, so no trial can choose it.`);
  const settled = { ...(params as object), ...chosen };
  const fault = Value.Errors(schema, settled).First();
  if (fault !== undefined)
    throw new DatasetError(`${choice}: ${fault.path.slice(1)}: ${fault.message}, got ${String(fault.value)}.`);
  return settled;
}

/**
 * Copies the outputs of a trial whose weights were trained with the same `settings` (a note in the weights file); it
 * has them under the file names of `files`. False if `trained` is null or has other settings.
 */
export async function takeOver<Names extends string>(
  trained: string | null,
  files: Readonly<Record<Names | 'weights', string>>,
  outputs: Readonly<Record<Names, string>>,
  settings: string,
  stage: Pick<Stage, 'record'>,
): Promise<boolean> {
  if (trained === null) return false;
  const notes = await readWeightsNotes(path.join(trained, files.weights));
  if (notes.settings !== settings) return false;
  for (const [name, output] of Object.entries<string>(outputs))
    await copyFile(path.join(trained, files[name as Names]), output);
  stage.record({ trained: 'by the trial that was chosen' });
  return true;
}
