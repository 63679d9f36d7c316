/** The parts of the engine xla: a plugin, and for GPUs the libraries that it loads. Linux on x86-64. */
import { CUDA_12, CUDA_13 } from '../../installation/cuda-parts.ts';
import type { Part } from '../../installation/part.ts';

/** `cpu` is for tests: on processors, XLA trains at a fraction of the speed of the other engines. */
export type XlaVariant = 'cpu' | 'cuda12' | 'cuda13';

interface VariantParts {
  /** The version of the plugin's package. */
  readonly version: string;
  /** For messages and records. */
  readonly title: string;
  /** Within the folder of the engine. */
  readonly plugin: string;
  readonly parts: readonly Part[];
  /** Bytes of the disk, while the downloads and the unpacked files lie there. */
  readonly room: number;
}

const GIB = 2 ** 30;

/** The compiler for GPUs of NVIDIA, by the JAX project (Apache-2.0). */
const forCuda = (major: 12 | 13, sha256: string): Part => ({
  file: `jax_cuda${major}_pjrt-0.12.0.1-py3-none-manylinux_2_27_x86_64.whl`,
  sha256,
  asked: `jax-cuda${major}-pjrt==0.12.0.1`,
});

/** The plugin for processors and the header of the API, by the OpenXLA project. */
const FOR_PROCESSORS: Part = {
  file: 'xla_cpu_pjrt-0.0.1-py3-none-manylinux_2_27_x86_64.whl',
  sha256: '55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc',
  asked: 'xla-cpu-pjrt==0.0.1',
};

/** A newer one, of about the age of those for GPUs, built by the project lammps-jax (Apache-2.0). */
const FOR_PROCESSORS_NEWER: Part = {
  file: 'lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl',
  sha256: '1319390d948b39f69f7dade496b7c385149d9ca6097a6b62114da113216d9ad1',
  asked: 'lammps-jax-pjrt-cpu==0.11.2',
};

/** Within the folder of the variant `cpu`, for tests. */
export const NEWER_PLUGIN = 'lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so';
export const API_HEADER = 'xla_plugins/xla_cpu_pjrt/include/pjrt_c_api.h';

export const XLA_PARTS: Readonly<Record<XlaVariant, VariantParts>> = {
  cuda13: {
    version: '0.12.0.1',
    title: 'XLA for CUDA 13',
    plugin: 'jax_plugins/xla_cuda13/xla_cuda_plugin.so',
    parts: [
      forCuda(13, '5899bb6177eda86ea532afb9a26794f2bdd04966f6a01f9028266b16c2b6cf90'),
      CUDA_13.nvcc,
      CUDA_13.nvvm,
      CUDA_13.runtime,
      CUDA_13.nvrtc,
      CUDA_13.nvjitlink,
      CUDA_13.cublas,
      CUDA_13.cudnn,
    ],
    room: 5 * GIB,
  },
  cuda12: {
    version: '0.12.0.1',
    title: 'XLA for CUDA 12',
    plugin: 'jax_plugins/xla_cuda12/xla_cuda_plugin.so',
    parts: [
      forCuda(12, '5ec28e06198d094031c37590b4ea753ae8cde4879ab4b60baf40f0dffb673286'),
      CUDA_12.nvcc,
      CUDA_12.runtime,
      CUDA_12.nvrtc,
      CUDA_12.nvjitlink,
      CUDA_12.cublas,
      CUDA_12.cudnn,
    ],
    room: 6 * GIB,
  },
  cpu: {
    version: '0.0.1',
    title: 'XLA for processors',
    plugin: 'xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so',
    parts: [FOR_PROCESSORS, FOR_PROCESSORS_NEWER],
    room: 1 * GIB,
  },
};
