/** The objects of a picture in the square that is trained on, and back. */
import type { LabeledPicture } from '../../../formats/objects.ts';
import type { Box } from '../../eval/detection/box.ts';
import { placementOf, type PictureSize } from '../decode/placement.ts';

/** A box of a class, in pixels of the square. */
export interface PlacedObject {
  readonly class: number;
  readonly box: Box;
}

/** The whole picture lies in the square of `size` pixels. */
export function placeObjects({ objects, ...picture }: LabeledPicture, size: number): PlacedObject[] {
  const place = placementOf(picture, size);
  const [across, down] = [place.width / picture.width, place.height / picture.height];
  return objects.map(({ class: of, left, top, width, height }) => ({
    class: of,
    box: {
      left: place.left + left * across,
      top: place.top + top * down,
      width: width * across,
      height: height * down,
    },
  }));
}

/** A box of the square in pixels of the picture, cut at its border. */
export function boxInPicture({ left, top, width, height }: Box, picture: PictureSize, size: number): Box {
  const place = placementOf(picture, size);
  const within = (value: number, start: number, length: number, sides: number): number =>
    Math.max(0, Math.min(1, (value - start) / length)) * sides;
  const [x, y] = [
    within(left, place.left, place.width, picture.width),
    within(top, place.top, place.height, picture.height),
  ];
  return {
    left: x,
    top: y,
    width: within(left + width, place.left, place.width, picture.width) - x,
    height: within(top + height, place.top, place.height, picture.height) - y,
  };
}
