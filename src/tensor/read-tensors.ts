/** Tensors from a file of either kind that people exchange weights in. Its first bytes say which: names of files do not. */
import { readFile } from 'node:fs/promises';
import type { HostTensor } from './host-tensor.ts';
import { decodeSafetensors } from './safetensors.ts';
import { decodeTorch, isTorch } from './torch/read.ts';

export interface TensorsFile {
  readonly format: 'safetensors' | 'torch';
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** The metadata of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws SafetensorsError or TorchFileError, naming the file, when it is malformed. */
export async function readTensors(path: string): Promise<TensorsFile> {
  const bytes = await readFile(path);
  return isTorch(bytes)
    ? { format: 'torch', ...(await decodeTorch(bytes, path)) }
    : { format: 'safetensors', ...decodeSafetensors(bytes, path) };
}
