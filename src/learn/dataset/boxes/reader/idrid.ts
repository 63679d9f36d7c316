/**
 * IDRiD, grading and localization (Porwal et al. 2018): centers of the optic disc and the fovea of 516 fundus
 * photographs, and the boxes of a second annotation, CODRAS (2019), in `codras/`, under the names of IDRiD.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { at } from '../../../../util/known.ts';
import { err, ok, type Result } from '../../../../util/result.ts';
import type { LabeledObject, ObjectClass } from '../../../../formats/objects.ts';
import { parseCsv } from '../../csv.ts';
import { idrid } from '../../reader/idrid.ts';
import type { ListedImage } from '../../reader/listing.ts';
import { findPath, listTree } from '../../reader/tree.ts';
import type { BoxReader, ImageLabels } from '../listing.ts';
import { readYoloFile } from './yolo-file.ts';

const TRUTHS = 'C. Localization/2. Groundtruths';
/** Of the published photographs, whose pixels the centers are. */
const [WIDTH, HEIGHT] = [4288, 2848];

type Target =
  /** The number of its class in the files of CODRAS. */
  | { readonly kind: 'box'; readonly number: number }
  /** Its tables, training images first. */
  | { readonly kind: 'point'; readonly tables: readonly [string, string] };

const TARGETS: Readonly<Record<string, Target>> = {
  'optic disc': { kind: 'box', number: 0 },
  'hard exudates': { kind: 'box', number: 1 },
  haemorrhages: { kind: 'box', number: 2 },
  fovea: {
    kind: 'point',
    tables: [
      `${TRUTHS}/2. Fovea Center Location/IDRiD_Fovea_Center_Training Set_Markups.csv`,
      `${TRUTHS}/2. Fovea Center Location/IDRiD_Fovea_Center_Testing Set_Markups.csv`,
    ],
  },
  'optic disc center': {
    kind: 'point',
    tables: [
      `${TRUTHS}/1. Optic Disc Center Location/a. IDRiD_OD_Center_Training Set_Markups.csv`,
      `${TRUTHS}/1. Optic Disc Center Location/b. IDRiD_OD_Center_Testing Set_Markups.csv`,
    ],
  },
};

export const idridBoxes: BoxReader = async (folder, { targets = ['optic disc', 'fovea'] }) => {
  const unknown = targets.find((target) => !Object.hasOwn(TARGETS, target));
  if (unknown !== undefined)
    return err(`targets: there is no "${unknown}"; ${Object.keys(TARGETS).join(', ')} are known.`);
  const listed = await idrid(folder);
  if (!listed.ok) return listed;
  const wanted = targets.map((name) => TARGETS[name]).filter((target) => target !== undefined);
  const points = await readPoints(folder, wanted);
  if (!points.ok) return points;
  const labelsOf = new Map<string, ImageLabels>();
  for (const sample of listed.value.samples) {
    const objects = await objectsOf(folder, sample, wanted, points.value);
    if (!objects.ok) return objects;
    if (objects.value !== null) labelsOf.set(sample.image, { unit: 'fractions', objects: objects.value });
  }
  return ok({
    ...listed.value,
    title: `IDRiD, ${targets.join(' and ')}`,
    source: 'Porwal et al., Data 3(3):25, 2018; boxes: CODRAS, 2019',
    samples: listed.value.samples.filter(({ image }) => labelsOf.has(image)),
    objectClasses: targets.map((name, k): ObjectClass => ({ name, kind: at(wanted, k).kind })),
    labelsOf,
    unlabeled: listed.value.samples.map(({ image }) => image).filter((image) => !labelsOf.has(image)),
  });
};

/** Where points are in fractions, by table and image: `train/IDRiD_001`. */
type Points = ReadonlyMap<Target, ReadonlyMap<string, readonly [number, number]>>;

const keyOf = ({ image, split }: Pick<ListedImage, 'image' | 'split'>): string =>
  `${split}/${basename(image).replace(/\.[^.]+$/, '')}`;

async function readPoints(folder: string, targets: readonly Target[]): Promise<Result<Points, string>> {
  const points = new Map<Target, ReadonlyMap<string, readonly [number, number]>>();
  for (const target of targets) {
    if (target.kind === 'box') continue;
    const own = new Map<string, readonly [number, number]>();
    for (const [i, table] of target.tables.entries()) {
      const path = await findPath(folder, table);
      if (!path.ok) return path;
      const columns = ['Image No', 'X- Coordinate', 'Y - Coordinate'] as const;
      for (const { line, cells } of parseCsv(await readFile(path.value, 'utf8'), columns, path.value)) {
        const [x, y] = [Number(cells['X- Coordinate']) / WIDTH, Number(cells['Y - Coordinate']) / HEIGHT];
        if (cells['Image No'].trim() === '') continue;
        if (!Number.isFinite(x) || !Number.isFinite(y)) return err(`${table}:${line}: two coordinates are expected`);
        own.set(keyOf({ image: cells['Image No'].trim(), split: i === 0 ? 'train' : 'test' }), [x, y]);
      }
    }
    points.set(target, own);
  }
  return ok(points);
}

/** Null for an image that one of the targets was not marked in. */
async function objectsOf(
  folder: string,
  sample: ListedImage,
  targets: readonly Target[],
  points: Points,
): Promise<Result<readonly LabeledObject[] | null, string>> {
  const part = sample.split === 'train' ? 'a. Training Set' : 'b. Testing Set';
  const file = `${basename(sample.image).replace(/\.[^.]+$/, '')}.txt`;
  const objects: LabeledObject[] = [];
  for (const [k, target] of targets.entries()) {
    if (target.kind === 'point') {
      const place = points.get(target)?.get(keyOf(sample));
      if (place === undefined) return ok(null);
      objects.push({ class: k, left: place[0], top: place[1], width: 0, height: 0 });
      continue;
    }
    const place = `codras/${part}`;
    if (!(await listTree(join(folder, place))).files.includes(file)) return ok(null);
    const boxes = await readYoloFile(join(folder, place, file));
    if (!boxes.ok) return err(`${place}/${file}: ${boxes.error}`);
    for (const box of boxes.value) if (box.class === target.number) objects.push({ ...box, class: k });
  }
  return ok(objects);
}
