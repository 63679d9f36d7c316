/** Runs the ONNX file of an encoder that others trained. */
import * as ort from '#onnxruntime';
import { err, ok, type Result } from '../../util/result.ts';
import { EncoderError, type Encoder, type EncoderOptions, type Pooling } from '../encoder.ts';
import { ONNXRUNTIME_VERSION } from './version.ts';

const LARGEST_BATCH = 16;

/** See `openEncoder`. */
export async function openOnnxEncoder(
  bytes: Uint8Array,
  name: string,
  options: EncoderOptions,
): Promise<Result<Encoder, string>> {
  const opened = await openSession(bytes, options.threads);
  if (!opened.ok) return err(`${name} ${opened.error}`);
  const session = opened.value;
  const read = readInterface(session, options);
  if (!read.ok) {
    await session.release();
    return err(`${name} ${read.error}`);
  }
  const { input, output, batchSize } = read.value;
  const { size, threads, pooling } = options;
  return ok({
    description: { engine: 'onnxruntime', version: ONNXRUNTIME_VERSION, threads, output },
    batchSize,
    encode: (pixels, count) => {
      const images = new ort.Tensor('float32', pixels, [count, 3, size, size]);
      return features(session, { [input]: images }, output, pooling);
    },
    close: () => session.release(),
  });
}

interface Interface {
  /** The name of the input with the images. */
  readonly input: string;
  /** The name of the output with the features. */
  readonly output: string;
  readonly batchSize: number;
}

function readInterface(session: ort.InferenceSession, options: EncoderOptions): Result<Interface, string> {
  const input = readInput(session, options.size);
  if (!input.ok) return input;
  const output = readOutput(session, options);
  return output.ok ? ok({ ...input.value, output: output.value }) : output;
}

/** Bytes, not a path: weights in a second file would be read without being part of the fingerprint. */
async function openSession(bytes: Uint8Array, threads: number): Promise<Result<ort.InferenceSession, string>> {
  try {
    return ok(await ort.InferenceSession.create(bytes, { intraOpNumThreads: threads, logSeverityLevel: 3 }));
  } catch (error) {
    const text = String(error).replaceAll(/\s+/g, ' ');
    if (/external|model_path/i.test(text))
      return err(
        'keeps its weights in a second file. Export it as one file: torch.onnx.export(..., external_data=False)',
      );
    return err(`is no ONNX file that ONNX Runtime can open: ${text.slice(0, 300)}`);
  }
}

function readInput(session: ort.InferenceSession, size: number): Result<Omit<Interface, 'output'>, string> {
  const [input, ...others] = session.inputMetadata;
  if (input === undefined || others.length > 0)
    return err(
      `has ${session.inputNames.length} inputs (${session.inputNames.join(', ')}); one input of images is expected`,
    );
  const shape = input.isTensor ? input.shape : [];
  const found = `the input ${input.name} is ${input.isTensor ? input.type : 'no tensor'} [${shape.join(', ')}]`;
  const [batch, channels, height, width] = shape;
  if (!input.isTensor || input.type !== 'float32' || shape.length !== 4 || !fits(channels, 3))
    return err(`cannot read images: ${found}; float32 [batch, 3, height, width] is expected`);
  if (!fits(height, size) || !fits(width, size))
    return err(`wants images of another size: ${found}, and the images are ${size} px. Set "size" of the encoder`);
  if (typeof batch === 'number' && batch > 1)
    return err(`wants exactly ${batch} images at a time: ${found}. Export it with a batch of 1, or of any size`);
  return ok({ input: input.name, batchSize: batch === 1 ? 1 : LARGEST_BATCH });
}

/** A side without a number may have any. */
const fits = (side: number | string | undefined, wanted: number): boolean =>
  typeof side === 'string' || side === wanted;

function readOutput(session: ort.InferenceSession, { output, pooling }: EncoderOptions): Result<string, string> {
  const names = session.outputNames;
  const chosen = output ?? (names.length === 1 ? names[0] : undefined);
  const metadata = session.outputMetadata.find(({ name }) => name === chosen);
  if (chosen === undefined || metadata === undefined) {
    const finding = output === undefined ? 'has several outputs' : `has no output ${output}`;
    return err(`${finding}; it has ${names.join(', ')}. Name the one with the features in "output"`);
  }
  if (!metadata.isTensor || metadata.type !== 'float32') return err(`has an output ${chosen} that is not float32`);
  const rank = metadata.shape.length;
  if (rank === 2 && pooling === undefined) return ok(chosen);
  const found = `has an output ${chosen} of the shape [${metadata.shape.join(', ')}]`;
  if (rank === 2) return err(`${found}: one vector for each image. Remove "pooling"`);
  if (rank !== 3 && rank !== 4) return err(`${found}; [batch, width], with tokens or with positions is expected`);
  if (pooling === undefined)
    return err(`${found}: several vectors for each image. Set "pooling" to "mean", or for a class token to "first"`);
  if (rank === 4 && pooling === 'first')
    return err(`${found}: it has positions and no class token. Set "pooling" to "mean"`);
  return ok(chosen);
}

async function features(
  session: ort.InferenceSession,
  feeds: Record<string, ort.Tensor>,
  output: string,
  pooling: Pooling | undefined,
): Promise<Float32Array> {
  const answer = (await session.run(feeds, [output]))[output];
  if (answer === undefined) throw new Error(`Internal error: the session did not answer ${output}.`);
  const rows = pooled(answer.data as Float32Array, answer.dims, pooling);
  if (!rows.every(Number.isFinite))
    throw new EncoderError(`The encoder's output ${output} holds NaN or infinity. Look at its "mean" and "std".`);
  return rows;
}

/** [batch, width] of an answer with tokens [batch, tokens, width] or positions [batch, width, height, width]. */
function pooled(values: Float32Array, dims: readonly number[], pooling: Pooling | undefined): Float32Array {
  if (pooling === undefined) return values;
  const isGrid = dims.length === 4;
  const [batch = 0, second = 0, third = 0, fourth = 1] = dims;
  const [width, vectors] = isGrid ? [second, third * fourth] : [third, second];
  const [vectorStep, unitStep] = isGrid ? [1, vectors] : [width, 1];
  const counted = pooling === 'first' ? 1 : vectors;
  return Float32Array.from({ length: batch * width }, (_, i) => {
    const start = Math.floor(i / width) * width * vectors + (i % width) * unitStep;
    let sum = 0;
    for (let vector = 0; vector < counted; vector++) sum += values[start + vector * vectorStep] ?? 0;
    return sum / counted;
  });
}
