/** The native part of tfjs-node: the part of TensorFlow's C interface that it offers to JavaScript. */
import { createRequire } from 'node:module';
import type { Numbers } from '../graph/node.ts';

/** A tensor in TensorFlow's memory, until it is deleted. */
export type TensorId = number & { readonly name: unique symbol };
export type SessionId = number & { readonly name: unique symbol };

export interface Binding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_BOOL: number;
  readonly TF_UINT8: number;
  isUsingGpuDevice(): boolean;
  /**
   * Shares the memory of `data`, or copies it: by its alignment. Shared memory must not be in use by TensorFlow when
   * the tensor is deleted, because its release on another thread breaks V8.
   */
  createTensor(shape: readonly number[], type: number, data: Numbers): TensorId;
  deleteTensor(id: TensorId): void;
  /** A copy. */
  tensorDataSync(id: TensorId): Numbers;
  /** @param folder that holds a `saved_model.pb` */
  loadSavedModel(folder: string, tags: string): SessionId;
  deleteSavedModel(id: SessionId): void;
  /** Names of tensors, with their output numbers, joined by commas. Blocks until the graph has run. */
  runSavedModel(
    session: SessionId,
    feeds: readonly TensorId[],
    feedNames: string,
    fetchNames: string,
  ): { readonly id: TensorId }[];
}

/** There is one TensorFlow in a process, and it learns the number of its threads when it starts. */
let started: { readonly file: string; readonly threads: number; readonly binding: Binding } | undefined;

/**
 * @param file the compiled addon, absolute Throws if the file or one of its libraries cannot be loaded, or if
 * TensorFlow already runs with another number of threads.
 */
export function startTensorflow(file: string, threads: number): Binding {
  if (started !== undefined) {
    if (started.file !== file)
      throw new Error(`Internal error: two TensorFlows in one process, ${started.file} and ${file}.`);
    if (started.threads !== threads)
      throw new Error(
        `TensorFlow runs with ${started.threads} threads in this process and cannot change to ${threads}. Open ` +
          'every engine with the same number.',
      );
    return started.binding;
  }
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  // Two operations at a time: while one of them computes on a single thread or waits, the other continues. Results stay
  // equal to the bit.
  process.env.TF_NUM_INTEROP_THREADS = threads > 1 ? '2' : '1';
  // Errors only. Set it yourself to debug TensorFlow.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  // On a GPU: memory as it is needed, not the whole card, and float32 that is not rounded to TF32.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  const binding = createRequire(import.meta.url)(file) as Binding;
  started = { file, threads, binding };
  return binding;
}
