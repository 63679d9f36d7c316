/** `dataset.json`: the description of a data set for every stage after ingest. */
import { readFile, writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { DatasetError } from './error.ts';

/** The kinds of images. For each there is an augmentation of the same name. */
export const DOMAINS = ['skin', 'xray', 'fundus'] as const;
export type Domain = (typeof DOMAINS)[number];

const Count = Type.Integer({ minimum: 0 });

const DatasetSchema = Type.Object({
  /** Short name, for paths and axes: `ham10000`. */
  name: Type.String({ minLength: 1 }),
  /** For readers: `HAM10000`. */
  title: Type.String({ minLength: 1 }),
  /** In the order of the network's outputs. */
  classes: Type.Array(Type.String({ minLength: 1 }), { minItems: 2, uniqueItems: true }),
  /** True if the classes are grades, so that a near miss is better than a far one. */
  ordinal: Type.Boolean(),
  /** Null if the kind of images is unknown. */
  domain: Type.Union([...DOMAINS.map((domain) => Type.Literal(domain)), Type.Null()]),
  images: Count,
  groups: Count,
  /** Side of the packed images, in pixels. */
  size: Type.Integer({ minimum: 1 }),
  /** The origin of the images: a citation, or the formula that drew them. */
  source: Type.String(),
  dropped: Type.Array(Type.Object({ file: Type.String(), reason: Type.String() })),
});

export type Dataset = Static<typeof DatasetSchema>;

export async function writeDataset(path: string, dataset: Dataset): Promise<void> {
  await writeFile(path, `${JSON.stringify(dataset, null, 2)}\n`);
}

/** Throws DatasetError, naming file and field, if it differs from the files of ingest. */
export async function readDataset(path: string): Promise<Dataset> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new DatasetError(`${path} is not JSON: ${error.message}`);
    throw error;
  }
  const fault = Value.Errors(DatasetSchema, value).First();
  if (fault !== undefined)
    throw new DatasetError(`${path}${fault.path}: ${fault.message}; found ${JSON.stringify(fault.value)}.`);
  return value as Dataset;
}
