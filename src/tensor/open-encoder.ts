import type { Result } from '../util/result.ts';
import type { Encoder, EncoderOptions } from './encoder.ts';

/**
 * The bytes of an ONNX file. The error says why it cannot be used, and the remedy; `name` is the file's in messages.
 */
export async function openEncoder(
  bytes: Uint8Array,
  name: string,
  options: EncoderOptions,
): Promise<Result<Encoder, string>> {
  const { openOnnxEncoder } = await import('./onnx/encoder.ts');
  return openOnnxEncoder(bytes, name, options);
}
