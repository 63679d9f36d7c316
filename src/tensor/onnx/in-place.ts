/**
 * Runs whose results are written into the caller's buffers, and nowhere else.
 *
 * ONNX Runtime writes there. Its binding for Node then still copies every result into a new array: a training step's
 * whole state. It throws at a result without an array type, after everything has been computed and written. The first
 * output of a step is therefore an empty sequence. The binding's error about it means that the step has run.
 */
import type * as ort from '#onnxruntime';
import type { Model, Name } from './model.ts';

const SEQUENCE = 'nothing' as Name;
const COMPLAINT = 'Non tensor type is temporarily not supported.';

/** Makes a model one for `runInPlace`. */
export function preventOutputCopies(model: Model): void {
  model.emptySequenceFirst(SEQUENCE);
}

/** Resolves when all `fetches` hold their results. */
export async function runInPlace(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  fetches: Readonly<Record<string, ort.Tensor>>,
): Promise<void> {
  try {
    await session.run(feeds, { ...fetches, [SEQUENCE]: null });
  } catch (error) {
    if (!(error instanceof Error) || error.message !== COMPLAINT) throw error;
  }
}
