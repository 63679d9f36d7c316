/** Turns an engine's out-of-memory error into a helpful one. */
import { describeTensor, MemoryError, type Described } from './errors.ts';

interface Wanted extends Described {
  /** The path of an input of the step. */
  readonly path: string;
}

/** As ONNX Runtime, C++ and TensorFlow put it. The first two give bytes, the last a shape. */
const ENDED =
  /Failed to allocate memory for requested buffer of size (?<bytes>\d+)|bad_alloc|OOM when allocating tensor with shape(?<shape>\[[\d,]*\])/;

/** The engine's error, as a MemoryError if memory was short. `inputs` are the shapes that a step was compiled for. */
export function asMemoryError(error: unknown, inputs: readonly Wanted[]): unknown {
  const ended = ENDED.exec(String(error));
  if (ended === null) return error;
  const { bytes, shape } = ended.groups!;
  const asked =
    bytes !== undefined
      ? ` for one value of ${(Number(bytes) / 2 ** 30).toFixed(1)} GiB`
      : shape !== undefined
        ? ` for one value of shape ${shape}`
        : '';
  const fed = inputs.map(({ path, ...spec }) => `"${path}" ${describeTensor(spec)}`).join(', ');
  return new MemoryError(
    `There is not enough memory${asked} in a step whose inputs are ${fed || 'none'}. Use a smaller batch, smaller ` +
      'images or a smaller network.',
    { cause: error },
  );
}
