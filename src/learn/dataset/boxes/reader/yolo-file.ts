/** One label file of YOLO: a line `class x y width height` for each box, in fractions of the picture. */
import { readFile } from 'node:fs/promises';
import type { LabeledObject } from '../../../../formats/objects.ts';
import { err, ok, type Result } from '../../../../util/result.ts';

/** `x` and `y` are the center. A file without a line is an image without objects. The error names the line. */
export async function readYoloFile(path: string): Promise<Result<LabeledObject[], string>> {
  const objects: LabeledObject[] = [];
  const lines = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [of = NaN, x = NaN, y = NaN, width = NaN, height = NaN, ...more] = line.trim().split(/\s+/).map(Number);
    const isBox = Number.isInteger(of) && of >= 0 && [x, y, width, height].every(Number.isFinite);
    if (!isBox || more.length > 0)
      return err(`line ${i + 1} is "${line.trim().slice(0, 60)}"; a class and four fractions of a box are expected`);
    objects.push({ class: of, left: x - width / 2, top: y - height / 2, width, height });
  }
  return ok(objects);
}
