/** Objects of images as the maps that a detector should give, and maps as objects. */
import { at } from '../../util/known.ts';
import type { PlacedObject } from '../dataset/boxes/place-objects.ts';
import { cellsAlong, CELL } from '../nn/detector.ts';
import type { Box } from '../eval/detection/box.ts';
import type { FoundBox } from '../eval/detection/average-precision.ts';

/** The maps of one or several images, one after the other; see DetectionTargets of detection.ts. */
export interface TargetMaps {
  readonly centers: Float32Array;
  readonly places: Float32Array;
  readonly weights: Float32Array;
}

/** `images`: the objects of each in a square of `size` pixels. */
export function targetMaps(images: readonly (readonly PlacedObject[])[], size: number, classes: number): TargetMaps {
  const cells = cellsAlong(size);
  const area = images.length * cells * cells;
  const maps = {
    centers: new Float32Array(area * classes),
    places: new Float32Array(area * 4),
    weights: new Float32Array(area * 2),
  };
  images.forEach((objects, image) => {
    // Where several centers share a cell, its size is that of the last box.
    for (const object of objects.toSorted((a, b) => Number(isPoint(b.box)) - Number(isPoint(a.box))))
      drawObject(maps, object, { image, cells, classes });
  });
  return maps;
}

const isPoint = ({ width, height }: Box): boolean => width === 0 && height === 0;

interface Canvas {
  readonly image: number;
  readonly cells: number;
  readonly classes: number;
}

/** Boxes that augmentation cut to nearly nothing count as small ones. */
const LEAST_SIZE = 0.25;

function drawObject(maps: TargetMaps, { class: of, box }: PlacedObject, canvas: Canvas): void {
  const { image, cells, classes } = canvas;
  const [x, y] = [(box.left + box.width / 2) / CELL, (box.top + box.height / 2) / CELL];
  const [column, row] = [Math.min(cells - 1, Math.floor(x)), Math.min(cells - 1, Math.floor(y))];
  const radius = isPoint(box) ? Math.max(1, Math.round(cells * POINT_RADIUS)) : radiusOf(box);
  const deviation = (2 * radius + 1) / 6;
  for (let j = Math.max(0, row - radius); j <= Math.min(cells - 1, row + radius); j++)
    for (let i = Math.max(0, column - radius); i <= Math.min(cells - 1, column + radius); i++) {
      const place = ((image * cells + j) * cells + i) * classes + of;
      const value = Math.exp(-((i - column) ** 2 + (j - row) ** 2) / (2 * deviation ** 2));
      maps.centers[place] = Math.max(at(maps.centers, place), value);
    }
  const cell = (image * cells + row) * cells + column;
  const size = [box.width, box.height].map((side) => Math.log(Math.max(LEAST_SIZE, side / CELL)));
  maps.places.set([x - column, y - row], 4 * cell);
  maps.weights[2 * cell] = 1;
  if (isPoint(box)) return;
  maps.places.set(size, 4 * cell + 2);
  maps.weights[2 * cell + 1] = 1;
}

/** Of a landmark, as a share of the side of the map. */
const POINT_RADIUS = 1 / 16;
/** Boxes whose corners lie within the radius still overlap so much. */
const OVERLAP = 0.7;

/** In cells, one at least: both corners may move inwards by it, the worst case of CornerNet's three. */
function radiusOf({ width, height }: Box): number {
  const [w, h] = [width / CELL, height / CELL];
  const half = w + h;
  return Math.max(1, Math.floor((half - Math.sqrt(half * half - 4 * (1 - OVERLAP) * w * h)) / 4));
}

/** As many boxes of an image at most, the surest. */
const MOST_BOXES = 100;
/** Less sure boxes are left out, but never the surest of a class. */
const LEAST_SCORE = 0.01;

/**
 * The objects of one image from its maps [cells, cells, classes + 4], the surest first: cells whose probability no
 * neighbor exceeds (CenterNet, section 3). `isPoint` tells landmarks. Boxes are in pixels of the square.
 */
export function foundObjects(maps: Float32Array, size: number, isPointClass: readonly boolean[]): FoundBox[] {
  const cells = cellsAlong(size);
  const channels = isPointClass.length + 4;
  const found = isPointClass.flatMap((isLandmark, of) => {
    const peaks = peaksOf(maps, cells, channels, of).toSorted((a, b) => b.logit - a.logit);
    return peaks.flatMap(({ cell, logit }, rank) => {
      const score = 1 / (1 + Math.exp(-logit));
      if (rank > 0 && score < LEAST_SCORE) return [];
      return [{ box: boxAt(maps, cell, { cells, channels, isLandmark }), class: of, score, rank }];
    });
  });
  return found
    .toSorted((a, b) => b.score - a.score)
    .filter(({ rank }, i) => i < MOST_BOXES || rank === 0)
    .map(({ box, class: of, score }) => ({ box, class: of, score }));
}

interface Peak {
  readonly cell: number;
  readonly logit: number;
}

function peaksOf(maps: Float32Array, cells: number, channels: number, of: number): Peak[] {
  const logitAt = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= cells || column >= cells
      ? -Infinity
      : at(maps, (row * cells + column) * channels + of);
  return Array.from({ length: cells * cells }, (_, cell) => cell).flatMap((cell) => {
    const [row, column] = [Math.floor(cell / cells), cell % cells];
    const logit = logitAt(row, column);
    for (let j = row - 1; j <= row + 1; j++)
      for (let i = column - 1; i <= column + 1; i++) if (logitAt(j, i) > logit) return [];
    return [{ cell, logit }];
  });
}

function boxAt(
  maps: Float32Array,
  cell: number,
  { cells, channels, isLandmark }: { readonly cells: number; readonly channels: number; readonly isLandmark: boolean },
): Box {
  const value = (channel: number) => at(maps, cell * channels + channels - 4 + channel);
  const [x, y] = [CELL * ((cell % cells) + value(0)), CELL * (Math.floor(cell / cells) + value(1))];
  if (isLandmark) return { left: x, top: y, width: 0, height: 0 };
  const [width, height] = [2, 3].map((channel) => CELL * Math.min(cells, Math.exp(value(channel)))) as [number, number];
  return { left: x - width / 2, top: y - height / 2, width, height };
}
