/**
 * `predictions.csv`: the predictions of one fine-tuned network for every image. Evaluation needs nothing else of the
 * network.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormatRows, csvParseRows } from 'd3-dsv';
import { significant } from '../../util/number.ts';
import { DatasetError } from '../dataset/error.ts';
import { SUBSETS, type Subset } from '../../formats/subset.ts';
import { at } from '../../util/known.ts';

export interface PredictedImage {
  /** Row of the packed images. */
  readonly index: number;
  readonly image: string;
  readonly group: string;
  readonly subset: Subset;
  /** Position in `classes`. */
  readonly label: number;
}

export interface Predictions {
  readonly classes: readonly string[];
  readonly images: readonly PredictedImage[];
  /** Row-major [images, classes]; each row sums to 1. */
  readonly probabilities: Float32Array | Float64Array;
  /** [images], positions in `classes`. */
  readonly predicted: Int32Array;
}

const LEADING = ['index', 'image', 'group', 'subset', 'label', 'predicted'] as const;
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
  if (probabilities.length !== images.length * classes.length) {
    throw new RangeError(
      `Internal error: ${probabilities.length} probabilities for ${images.length} images of ${classes.length} classes.`,
    );
  }
  const predicted = Int32Array.from(images, (_, i) =>
    mostProbable(probabilities.subarray(i * classes.length, (i + 1) * classes.length)),
  );
  return { classes, images, probabilities, predicted };
}

export async function writePredictions(
  path: string,
  { classes, images, probabilities, predicted }: Predictions,
): Promise<void> {
  const broken = probabilities.findIndex((p) => !Number.isFinite(p));
  if (broken >= 0)
    throw new DatasetError(
      `The network predicts ${probabilities[broken]} for ${images[Math.floor(broken / classes.length)]?.image}. Its ` +
        'weights or an image hold NaN or infinity.',
    );
  const cells = probabilityCells({ classes, probabilities });
  const rows = images.map((row, i) => [
    String(row.index),
    row.image,
    row.group,
    row.subset,
    at(classes, row.label),
    at(classes, at(predicted, i)),
    ...cells.of(i),
  ]);
  await writeFile(path, `${csvFormatRows([[...LEADING, ...cells.header], ...rows])}\n`);
}

/** The columns of the probabilities in a table of predictions. */
export function probabilityCells({ classes, probabilities }: Pick<Predictions, 'classes' | 'probabilities'>) {
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
  const [header, ...lines] = csvParseRows((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  const classes = classesOf(header ?? [], path);
  const rows = lines.map((cells, i) => readRow(cells, classes, `${path}:${i + 2}`));
  return {
    classes,
    images: rows.map((row) => row.image),
    probabilities: Float64Array.from(rows.flatMap((row) => row.probabilities)),
    predicted: Int32Array.from(rows, (row) => row.predicted),
  };
}

function classesOf(header: readonly string[], path: string): string[] {
  const named = header.slice(LEADING.length);
  if (
    LEADING.some((name, i) => header[i] !== name) ||
    named.length < 2 ||
    named.some((name) => !name.startsWith(PROBABILITY))
  ) {
    throw new DatasetError(
      `${path}:1: the header is "${header.join(',')}"; "${LEADING.join(',')}" and one "${PROBABILITY}<class>" for ` +
        'each class are expected.',
    );
  }
  return named.map((name) => name.slice(PROBABILITY.length));
}

function readRow(cells: readonly string[], classes: readonly string[], place: string) {
  if (cells.length !== LEADING.length + classes.length) {
    throw new DatasetError(
      `${place}: the row has ${cells.length} cells; ${LEADING.length + classes.length} are expected.`,
    );
  }
  const [index, image, group, subset, label, predicted] = cells as [string, string, string, string, string, string];
  if (!/^\d+$/.test(index)) throw new DatasetError(`${place}: index is "${index}"; a whole number is expected.`);
  const known = SUBSETS.find((name) => name === subset);
  if (known === undefined)
    throw new DatasetError(`${place}: subset is "${subset}"; ${SUBSETS.join(', ')} are allowed.`);
  const positionOf = (column: string, name: string) => {
    const position = classes.indexOf(name);
    if (position < 0)
      throw new DatasetError(`${place}: ${column} is "${name}"; the classes are ${classes.join(', ')}.`);
    return position;
  };
  const probabilities = cells.slice(LEADING.length).map((cell) => (cell === '' ? NaN : Number(cell)));
  const sum = probabilities.reduce((a, b) => a + b, 0);
  if (probabilities.some((p) => !(p >= 0)) || !(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
    throw new DatasetError(
      `${place}: the probabilities are ${cells.slice(LEADING.length).join(', ')}; numbers from 0 to 1 that sum to ` +
        '1 are expected.',
    );
  }
  return {
    image: { index: Number(index), image, group, subset: known, label: positionOf('label', label) },
    predicted: positionOf('predicted', predicted),
    probabilities,
  };
}

function mostProbable(row: Float32Array | Float64Array): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if (at(row, k) > at(row, best)) best = k;
  return best;
}
