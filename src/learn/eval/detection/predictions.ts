/**
 * `predictions.csv` of detectors: the objects that were found in validation and test images, in pixels of the upright
 * pictures, so that other tools can draw and score them.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import type { LabeledPicture } from '../../../formats/objects.ts';
import { at } from '../../../util/known.ts';
import { significant } from '../../../util/number.ts';
import { boxInPicture } from '../../dataset/boxes/place-objects.ts';
import { integerCell, parseCsv } from '../../dataset/csv.ts';
import { DatasetError } from '../../dataset/error.ts';
import type { TableRow } from '../../dataset/table.ts';
import type { FoundBox } from './average-precision.ts';

const COLUMNS = ['index', 'image', 'class', 'score', 'left', 'top', 'width', 'height'] as const;

interface About {
  readonly rows: readonly TableRow[];
  readonly pictures: readonly LabeledPicture[];
  readonly classes: readonly string[];
  readonly images: { readonly size: number };
}

/** Boxes come in pixels of the square. */
export async function writeFoundObjects(
  path: string,
  predictions: AsyncIterable<{ readonly index: number; readonly found: readonly FoundBox[] }>,
  { rows, pictures, classes, images }: About,
): Promise<void> {
  const records: Record<string, string | number>[] = [];
  for await (const { index, found } of predictions) {
    const { image } = at(rows, index);
    for (const { class: of, box, score } of found) {
      const { left, top, width, height } = boxInPicture(box, at(pictures, index), images.size);
      records.push({
        ...{ index, image, class: at(classes, of), score: significant(score) },
        ...{ left: significant(left, 7), top: significant(top, 7) },
        ...{ width: significant(width, 7), height: significant(height, 7) },
      });
    }
  }
  await writeFile(path, `${csvFormat(records, [...COLUMNS])}\n`);
}

/** The found objects of each image, by row; in their order. Throws DatasetError if the file is another one. */
export async function readFoundObjects(path: string, classes: readonly string[]): Promise<Map<number, FoundBox[]>> {
  const byImage = new Map<number, FoundBox[]>();
  for (const row of parseCsv(await readFile(path, 'utf8'), COLUMNS, path)) {
    const index = integerCell(row, 'index', path);
    const found = byImage.get(index) ?? [];
    byImage.set(index, found);
    const of = classes.indexOf(row.cells.class);
    const [score, left, top, width, height] = (['score', 'left', 'top', 'width', 'height'] as const).map((column) =>
      Number(row.cells[column]),
    ) as [number, number, number, number, number];
    if (of < 0 || ![score, left, top, width, height].every(Number.isFinite))
      throw new DatasetError(`${path}:${row.line}: a class of ${classes.join(', ')} and five numbers are expected.`);
    found.push({ class: of, score, box: { left, top, width, height } });
  }
  return byImage;
}
