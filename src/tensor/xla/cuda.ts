/** Settings of XLA for a GPU of NVIDIA: libraries, memory, flags. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { loadLibrary } from '../load-library.ts';
import type { XlaVariant } from './installation/parts.ts';
import type { XlaFlags } from './pjrt/compile-options.ts';
import type { NamedOptions } from './pjrt/named-values.ts';

type CudaVariant = Exclude<XlaVariant, 'cpu'>;

/** Within the folder of an engine: the toolkit, which holds bin/ptxas and nvvm/libdevice. */
const TOOLKITS: Readonly<Record<CudaVariant, string>> = { cuda12: 'nvidia/cuda_nvcc', cuda13: 'nvidia/cu13' };

/** In the order in which they need each other. */
const LIBRARIES: Readonly<Record<CudaVariant, readonly string[]>> = {
  cuda12: [
    'nvidia/cuda_runtime/lib/libcudart.so.12',
    'nvidia/cuda_nvrtc/lib/libnvrtc.so.12',
    'nvidia/nvjitlink/lib/libnvJitLink.so.12',
    'nvidia/cublas/lib/libcublasLt.so.12',
    'nvidia/cublas/lib/libcublas.so.12',
    'nvidia/cudnn/lib/libcudnn.so.9',
  ],
  cuda13: [
    'nvidia/cu13/lib/libcudart.so.13',
    'nvidia/cu13/lib/libnvrtc.so.13',
    'nvidia/cu13/lib/libnvJitLink.so.13',
    'nvidia/cu13/lib/libcublasLt.so.13',
    'nvidia/cu13/lib/libcublas.so.13',
    'nvidia/cudnn/lib/libcudnn.so.9',
  ],
};

/**
 * Loads NVIDIA's libraries by their absolute paths: a library that is loaded already is found by its name, wherever it
 * lies. Throws where one cannot be loaded. None needs a GPU.
 */
export function preloadCuda(folder: string, variant: CudaVariant): void {
  for (const library of LIBRARIES[variant])
    try {
      loadLibrary(path.join(folder, library));
    } catch (error) {
      throw new Error(`${path.basename(library)} cannot be loaded`, { cause: error });
    }
}

/** Names of the files that the engine needs of its folder and that are not there. */
export const missingCudaFiles = (folder: string, variant: CudaVariant): string[] =>
  [
    ...LIBRARIES[variant],
    `${TOOLKITS[variant]}/bin/ptxas`,
    `${TOOLKITS[variant]}/nvvm/libdevice/libdevice.10.bc`,
  ].filter((name) => !existsSync(path.join(folder, name)));

/** The largest share that the engine takes of the memory that is free when it opens. It takes memory as it needs it. */
const LARGEST_SHARE = 0.92;

export const CUDA_CLIENT_OPTIONS: NamedOptions = {
  visible_devices: [0],
  allocator: 'bfc',
  preallocate: false,
  memory_fraction: { float: LARGEST_SHARE },
};

/**
 * Operations whose results no run repeats are left out; products go to cuBLAS, because the repeatable ones of Triton
 * are not found by every compiler. Algorithms are chosen by trying them, unless `isStrict`: then another process,
 * without the programs that were kept, computes the same bits, maybe more slowly.
 */
export function cudaFlags(folder: string, variant: CudaVariant, isStrict: boolean): XlaFlags {
  return {
    xla_gpu_cuda_data_dir: path.join(folder, TOOLKITS[variant]),
    xla_gpu_exclude_nondeterministic_ops: true,
    xla_gpu_enable_triton_gemm: false,
    ...(isStrict && { xla_gpu_deterministic_ops: true }),
  };
}
