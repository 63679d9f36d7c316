/** The objects of an image in pixels of the upright picture, within its borders. */
import type { LabeledObject } from '../../../formats/objects.ts';
import { err, ok, type Result } from '../../../util/result.ts';
import type { PictureSize } from '../decode/placement.ts';
import type { ImageLabels } from './listing.ts';

export interface StoredPicture {
  /** As it lies in the file. */
  readonly stored: PictureSize;
  /** After the turn that EXIF asks for. */
  readonly upright: PictureSize;
  /** By EXIF, 1 to 8; 1: it is stored upright. */
  readonly orientation: number;
}

export interface SettledLabels {
  readonly objects: readonly LabeledObject[];
  /** Objects that stuck out a little. */
  readonly clipped: number;
}

/** Of a side of the picture. */
const MOST_OUTSIDE = 0.05;

/** The error says which object cannot be used. Points have no extent; a box without one is a fault. */
export function settleLabels(
  { unit, objects }: ImageLabels,
  picture: StoredPicture,
  isPoint: readonly boolean[],
): Result<SettledLabels, string> {
  const upright = uprightObjects(unit, objects, picture);
  if (!upright.ok) return upright;
  const settled: LabeledObject[] = [];
  let clipped = 0;
  for (const object of upright.value) {
    const { width, height } = picture.upright;
    const [x, y] = [cut(object.left, object.width, width), cut(object.top, object.height, height)];
    const outside = Math.max(x.outside, y.outside);
    if (!(outside <= MOST_OUTSIDE))
      return err(
        `${shown(object)} sticks out of the picture of ${width} x ${height} pixels by more than 5 % of a side`,
      );
    if (isPoint[object.class] !== true && (x.length <= 0 || y.length <= 0))
      return err(`${shown(object)} has no area within the picture of ${width} x ${height} pixels`);
    if (outside > ROUNDING) clipped++;
    settled.push({ class: object.class, left: x.start, top: y.start, width: x.length, height: y.length });
  }
  return ok({ objects: settled, clipped });
}

/** Fractions with six digits stick out by less. */
const ROUNDING = 2e-6;

const shown = ({ left, top, width, height }: LabeledObject): string =>
  `its object at ${[left, top].map(plain).join(', ')} of ${[width, height].map(plain).join(' x ')} pixels`;
const plain = (value: number): string => String(Math.round(10 * value) / 10);

function cut(start: number, length: number, side: number) {
  const [low, high] = [Math.max(0, Math.min(side, start)), Math.max(0, Math.min(side, start + length))];
  return { start: low, length: high - low, outside: Math.max(low - start, start + length - high) / side };
}

function uprightObjects(
  unit: ImageLabels['unit'],
  objects: readonly LabeledObject[],
  { stored, upright, orientation }: StoredPicture,
): Result<readonly LabeledObject[], string> {
  if (unit === 'pixels') return ok(objects);
  if (unit === 'fractions') return ok(objects.map((object) => scaled(object, upright)));
  // Of a picture that is turned upside down, both are equal. Programs that draw boxes see the stored one.
  if (isSame(unit, stored)) return ok(objects.map((object) => turned(object, stored, orientation)));
  if (isSame(unit, upright)) return ok(objects);
  return err(
    `its labels are of a picture of ${unit.width} x ${unit.height} pixels, but it has ${stored.width} x ${stored.height}`,
  );
}

const isSame = (a: PictureSize, b: PictureSize): boolean => a.width === b.width && a.height === b.height;

const scaled = ({ class: of, left, top, width, height }: LabeledObject, by: PictureSize): LabeledObject => ({
  ...{ class: of, left: left * by.width, top: top * by.height },
  ...{ width: width * by.width, height: height * by.height },
});

/** A point of the stored picture in the upright one, by orientation (EXIF 2.32, tag 274). */
const TURNS: readonly ((x: number, y: number, stored: PictureSize) => readonly [number, number])[] = [
  (x, y) => [x, y],
  (x, y, { width }) => [width - x, y],
  (x, y, { width, height }) => [width - x, height - y],
  (x, y, { height }) => [x, height - y],
  (x, y) => [y, x],
  (x, y, { height }) => [height - y, x],
  (x, y, { width, height }) => [height - y, width - x],
  (x, y, { width }) => [y, width - x],
];

function turned(
  { class: of, left, top, width, height }: LabeledObject,
  stored: PictureSize,
  orientation: number,
): LabeledObject {
  const turn = TURNS[orientation - 1] ?? ((x: number, y: number) => [x, y] as const);
  const [a, b] = [turn(left, top, stored), turn(left + width, top + height, stored)];
  return {
    ...{ class: of, left: Math.min(a[0], b[0]), top: Math.min(a[1], b[1]) },
    ...{ width: Math.abs(a[0] - b[0]), height: Math.abs(a[1] - b[1]) },
  };
}
