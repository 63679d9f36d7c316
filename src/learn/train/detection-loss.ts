/** The loss of detection.ts on the host, for whole subsets: sums over images, divided by the objects of all. */
import { at } from '../../util/known.ts';
import type { TargetMaps } from './detection-targets.ts';

/** Of one image. */
export interface LossSums {
  readonly focal: number;
  readonly centers: number;
  readonly offsets: number;
  readonly offsetCells: number;
  readonly sizes: number;
  readonly sizeCells: number;
}

/** `maps` [cells, cells, classes + 4] as the network gives them. */
export function lossOfMaps(maps: Float32Array, targets: TargetMaps, classes: number): LossSums {
  const channels = classes + 4;
  const sums = { focal: 0, centers: 0, offsets: 0, offsetCells: 0, sizes: 0, sizeCells: 0 };
  for (let cell = 0; cell * channels < maps.length; cell++) {
    for (let k = 0; k < classes; k++) {
      const target = at(targets.centers, cell * classes + k);
      sums.focal += focal(at(maps, cell * channels + k), target);
      if (target === 1) sums.centers++;
    }
    const apart = (channel: number): number =>
      Math.abs(at(maps, cell * channels + classes + channel) - at(targets.places, 4 * cell + channel));
    const [hasOffset, hasSize] = [at(targets.weights, 2 * cell), at(targets.weights, 2 * cell + 1)];
    sums.offsets += hasOffset * (apart(0) + apart(1));
    sums.sizes += hasSize * (apart(2) + apart(3));
    sums.offsetCells += hasOffset;
    sums.sizeCells += hasSize;
  }
  return sums;
}

export function totalLoss(images: readonly LossSums[]): number {
  const sum = (name: keyof LossSums) => images.reduce((all, image) => all + image[name], 0);
  return (
    sum('focal') / Math.max(1, sum('centers')) +
    sum('offsets') / Math.max(1, 2 * sum('offsetCells')) +
    sum('sizes') / Math.max(1, 2 * sum('sizeCells'))
  );
}

function focal(logit: number, target: number): number {
  const yes = 1 / (1 + Math.exp(-logit));
  const no = 1 / (1 + Math.exp(logit));
  return target === 1 ? no ** 2 * softplus(-logit) : (1 - target) ** 4 * yes ** 2 * softplus(logit);
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
