/** The sides of shapes by name. A shape that has another rank than a kernel allows is a bug. */

/** The side of an axis; a negative one counts from the end. */
export function sideAt(shape: readonly number[], axis: number): number {
  const side = shape.at(axis);
  if (side === undefined) throw new Error(`Internal error: the shape [${shape.join(', ')}] has no axis ${axis}.`);
  return side;
}

interface ImageSides {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The sides of images [N, H, W, C]. */
export function imageSides(shape: readonly number[]): ImageSides {
  const [batch, height, width, channels] = fourSides(shape);
  return { batch, height, width, channels };
}

interface FilterSides {
  readonly height: number;
  readonly width: number;
  readonly input: number;
  readonly output: number;
}

/** The sides of a filter [rows, columns, channels in, channels out]. */
export function filterSides(shape: readonly number[]): FilterSides {
  const [height, width, input, output] = fourSides(shape);
  return { height, width, input, output };
}

/** All four sides of a shape of rank 4. */
export function fourSides(shape: readonly number[]): readonly [number, number, number, number] {
  const [a, b, c, d, ...rest] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined || rest.length > 0)
    throw new Error(`Internal error: the shape [${shape.join(', ')}] does not have four axes.`);
  return [a, b, c, d];
}
