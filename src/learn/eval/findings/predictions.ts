/** `predictions.csv` of findings: probabilities that do not sum to 1, and labels that may be several or unknown. */
import { writeFile } from 'node:fs/promises';
import { csvFormatRows } from 'd3-dsv';
import { parseFindings, formatFindings, type FindingStates } from '../../dataset/findings.ts';
import {
  IMAGE_COLUMNS,
  imageCells,
  predictionColumns,
  probabilityCells,
  readPredictions,
  readPredictionTable,
  requireEveryProbability,
  requireFinite,
  type AnswerTable,
  type Predictions,
} from '../predictions.ts';

export type FindingPredictions = AnswerTable<FindingStates>;

const LEADING = [...IMAGE_COLUMNS, 'findings'] as const;

export async function writeFindingPredictions(path: string, predictions: FindingPredictions): Promise<void> {
  requireEveryProbability(predictions);
  requireFinite(predictions);
  const { classes, images } = predictions;
  const cells = probabilityCells(predictions);
  const rows = images.map((row, i) => [...imageCells(row), formatFindings(row.label, classes), ...cells.of(i)]);
  await writeFile(path, `${csvFormatRows([[...LEADING, ...cells.header], ...rows])}\n`);
}

/** Throws DatasetError, naming line and column, if the file differs from those of fine-tuning. */
export async function readFindingPredictions(path: string): Promise<FindingPredictions> {
  const { classes, lines } = await readPredictionTable(path, LEADING);
  return {
    classes,
    images: lines.map(({ image, labels, place }) => ({
      ...image,
      label: parseFindings(labels.join(''), classes, place),
    })),
    probabilities: Float64Array.from(lines.flatMap(({ probabilities }) => probabilities)),
  };
}

export type AnyPredictions =
  | { readonly task: 'classes'; readonly predictions: Predictions }
  | { readonly task: 'findings'; readonly predictions: FindingPredictions };

/** The columns of the file show the kind. */
export async function readAnyPredictions(path: string): Promise<AnyPredictions> {
  const columns = await predictionColumns(path);
  return columns[IMAGE_COLUMNS.length] === 'findings'
    ? { task: 'findings', predictions: await readFindingPredictions(path) }
    : { task: 'classes', predictions: await readPredictions(path) };
}
