/**
 * Tensors from a file of either kind that people exchange weights in. Its first bytes say which: names of files do not.
 */
import { readFile } from 'node:fs/promises';
import type { HostTensor } from './host-tensor.ts';
import { decodeSafetensors } from './safetensors.ts';
import { decodeTorch, isTorch } from './torch/read.ts';
import { unreadFormat, UnreadFormatError } from './unread-format.ts';

export interface TensorsFile {
  readonly format: 'safetensors' | 'torch';
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** The metadata of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws SafetensorsError, TorchFileError or UnreadFormatError, naming the file, when it is malformed. */
export async function readTensors(path: string): Promise<TensorsFile> {
  return decodeTensors(await readFile(path), path);
}

/** As `readTensors`, of the bytes of a file; `place` is its name in messages. */
export async function decodeTensors(content: Uint8Array, place: string): Promise<TensorsFile> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const other = unreadFormat(bytes);
  if (other !== undefined) throw new UnreadFormatError(place, other);
  return isTorch(bytes)
    ? { format: 'torch', ...(await decodeTorch(bytes, place)) }
    : { format: 'safetensors', ...decodeSafetensors(bytes, place) };
}
