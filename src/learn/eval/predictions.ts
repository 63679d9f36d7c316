/**
 * `predictions.csv`: the predictions of one fine-tuned network for every image. Evaluation needs nothing else of the
 * network.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormatRows, csvParseRows } from 'd3-dsv';
import { significant } from '../../util/number.ts';
import { DatasetError } from '../dataset/error.ts';
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import { formatFindings, type FindingStates } from '../dataset/findings.ts';
import { at } from '../../util/known.ts';

/** The predictions of one network, whatever its labels are: class numbers, or states of findings. */
export interface AnswerTable<Label extends number | FindingStates = number | FindingStates> {
  readonly classes: readonly string[];
  readonly images: readonly PredictedImage<Label>[];
  /** Row-major [images, classes]. */
  readonly probabilities: Float32Array | Float64Array;
}

export interface PredictedImage<Label extends number | FindingStates = number> {
  /** Row of the packed images. */
  readonly index: number;
  readonly image: string;
  readonly group: string;
  readonly subset: Subset;
  /** Position in `classes`, or a state for each finding. */
  readonly label: Label;
}

/** The classes exclude each other: each row of probabilities sums to 1. */
export interface Predictions extends AnswerTable<number> {
  /** [images], positions in `classes`. */
  readonly predicted: Int32Array;
}

/** A label as it is written. */
export const labelText = (label: number | FindingStates, classes: readonly string[]): string =>
  typeof label === 'number' ? at(classes, label) : formatFindings(label, classes);

/** The columns of every table of predictions, before those of its labels. */
export const IMAGE_COLUMNS = ['index', 'image', 'group', 'subset'] as const;
const LEADING = [...IMAGE_COLUMNS, 'label', 'predicted'] as const;
const PROBABILITY = 'p:';
/** With six digits, near-equal probabilities close to 1 become ties, which costs AUC up to .02. float32 has nine. */
const DIGITS = 9;
/** Networks compute in float32 and files of others may have fewer digits, so a row may miss 1 by a little. */
const SUM_TOLERANCE = 1e-3;

/** Predictions whose `predicted` is the most probable class, the first of equals (as numpy's argmax). */
export function predictionsOf(
  classes: readonly string[],
  images: readonly PredictedImage[],
  probabilities: Float32Array | Float64Array,
): Predictions {
  requireEveryProbability({ classes, images, probabilities });
  const predicted = Int32Array.from(images, (_, i) =>
    mostProbable(probabilities.subarray(i * classes.length, (i + 1) * classes.length)),
  );
  return { classes, images, probabilities, predicted };
}

export async function writePredictions(
  path: string,
  { classes, images, probabilities, predicted }: Predictions,
): Promise<void> {
  requireFinite({ classes, images, probabilities });
  const cells = probabilityCells({ classes, probabilities });
  const rows = images.map((row, i) => [
    ...imageCells(row),
    at(classes, row.label),
    at(classes, at(predicted, i)),
    ...cells.of(i),
  ]);
  await writeFile(path, `${csvFormatRows([[...LEADING, ...cells.header], ...rows])}\n`);
}

/** Throws where a network gave fewer answers than it was asked for. */
export function requireEveryProbability({ classes, images, probabilities }: AnswerTable): void {
  if (probabilities.length === images.length * classes.length) return;
  throw new RangeError(
    `Internal error: ${probabilities.length} probabilities for ${images.length} images of ${classes.length} classes.`,
  );
}

/** Throws DatasetError, naming the first image with an answer that is no number. */
export function requireFinite({ classes, images, probabilities }: AnswerTable): void {
  const broken = probabilities.findIndex((p) => !Number.isFinite(p));
  if (broken < 0) return;
  throw new DatasetError(
    `The network predicts ${probabilities[broken]} for ${images[Math.floor(broken / classes.length)]?.image}. Its ` +
      'weights or an image hold NaN or infinity.',
  );
}

/** The cells of `IMAGE_COLUMNS`. */
export const imageCells = ({ index, image, group, subset }: Omit<PredictedImage, 'label'>): string[] => [
  String(index),
  image,
  group,
  subset,
];

/** The columns of the probabilities in a table of predictions. */
export function probabilityCells({ classes, probabilities }: Pick<AnswerTable, 'classes' | 'probabilities'>) {
  return {
    header: classes.map((name) => PROBABILITY + name),
    /** Of the image in row `i`. */
    of: (i: number): string[] =>
      Array.from(probabilities.subarray(i * classes.length, (i + 1) * classes.length), (p) =>
        String(significant(p, DIGITS)),
      ),
  };
}

/** Throws DatasetError, naming line and column, if the file differs from those of fine-tuning. */
export async function readPredictions(path: string): Promise<Predictions> {
  const { classes, lines } = await readPredictionTable(path, LEADING);
  const rows = lines.map((line) => readRow(line, classes));
  return {
    classes,
    images: rows.map((row) => row.image),
    probabilities: Float64Array.from(rows.flatMap((row) => row.probabilities)),
    predicted: Int32Array.from(rows, (row) => row.predicted),
  };
}

export interface PredictionLine {
  /** For messages. */
  readonly place: string;
  readonly image: Omit<PredictedImage, 'label'>;
  /** The cells between those of the image and the probabilities. */
  readonly labels: readonly string[];
  /** Numbers from 0 to 1. */
  readonly probabilities: readonly number[];
}

/** The columns of a table of predictions. */
export async function predictionColumns(path: string): Promise<readonly string[]> {
  return csvParseRows(await readPredictionText(path))[0] ?? [];
}

/** The rows of a table whose columns are `leading` and a probability for each class. Throws DatasetError. */
export async function readPredictionTable(
  path: string,
  leading: readonly string[],
): Promise<{ readonly classes: readonly string[]; readonly lines: readonly PredictionLine[] }> {
  const [header, ...rows] = csvParseRows(await readPredictionText(path));
  const classes = classesOf(header ?? [], leading, path);
  return {
    classes,
    lines: rows.map((cells, i) => readLine(cells, leading.length, classes.length, `${path}:${i + 2}`)),
  };
}

const readPredictionText = async (path: string): Promise<string> =>
  (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');

function classesOf(header: readonly string[], leading: readonly string[], path: string): string[] {
  const named = header.slice(leading.length);
  if (
    leading.some((name, i) => header[i] !== name) ||
    named.length < 2 ||
    named.some((name) => !name.startsWith(PROBABILITY))
  ) {
    throw new DatasetError(
      `${path}:1: the header is "${header.join(',')}"; "${leading.join(',')}" and one "${PROBABILITY}<class>" for ` +
        'each class are expected.',
    );
  }
  return named.map((name) => name.slice(PROBABILITY.length));
}

function readLine(cells: readonly string[], leading: number, classes: number, place: string): PredictionLine {
  if (cells.length !== leading + classes)
    throw new DatasetError(`${place}: the row has ${cells.length} cells; ${leading + classes} are expected.`);
  const [index, image, group, subset] = cells as [string, string, string, string];
  if (!/^\d+$/.test(index)) throw new DatasetError(`${place}: index is "${index}"; a whole number is expected.`);
  const known = SUBSETS.find((name) => name === subset);
  if (known === undefined)
    throw new DatasetError(`${place}: subset is "${subset}"; ${SUBSETS.join(', ')} are allowed.`);
  const probabilities = cells.slice(leading).map((cell) => (cell === '' ? NaN : Number(cell)));
  if (probabilities.some((p) => !(p >= 0 && p <= 1 + SUM_TOLERANCE)))
    throw new DatasetError(
      `${place}: the probabilities are ${cells.slice(leading).join(', ')}; numbers from 0 to 1 are expected.`,
    );
  return {
    place,
    image: { index: Number(index), image, group, subset: known },
    labels: cells.slice(IMAGE_COLUMNS.length, leading),
    probabilities,
  };
}

function readRow({ place, image, labels, probabilities }: PredictionLine, classes: readonly string[]) {
  const [label, predicted] = labels as [string, string];
  const positionOf = (column: string, name: string) => {
    const position = classes.indexOf(name);
    if (position < 0)
      throw new DatasetError(`${place}: ${column} is "${name}"; the classes are ${classes.join(', ')}.`);
    return position;
  };
  const sum = probabilities.reduce((a, b) => a + b, 0);
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE))
    throw new DatasetError(
      `${place}: the probabilities are ${probabilities.join(', ')}; numbers from 0 to 1 that sum to 1 are expected.`,
    );
  return {
    image: { ...image, label: positionOf('label', label) },
    predicted: positionOf('predicted', predicted),
    probabilities,
  };
}

function mostProbable(row: Float32Array | Float64Array): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (at(row, k) > at(row, best)) best = k;
  return best;
}
