/** The folder `trained` of a choice between trials: the files of the training that was chosen. */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';

export const FINETUNED_FILES = {
  weights: 'weights.safetensors',
  curves: 'curves.json',
  predictions: 'predictions.csv',
} as const;

export const SEGMENTER_FILES = {
  weights: 'weights.safetensors',
  curves: 'curves.json',
  predictions: 'predictions.safetensors',
} as const;

export const PRETRAINED_FILES = { weights: 'weights.safetensors', curves: 'curves.json', pairs: 'pairs.png' } as const;

/** Copies the files of the chosen trial into the folder, under their names. */
export async function writeTrained<Names extends string>(
  folder: string,
  files: Readonly<Record<Names, string>>,
  chosen: Readonly<Record<Names, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, file] of Object.entries<string>(files))
    await copyFile(chosen[name as Names], path.join(folder, file));
}
