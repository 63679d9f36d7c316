/**
 * GPUs that programs can be compiled for where there are none: the numbers that a compiler wants to know of them, from
 * NVIDIA's published specifications. The name of each is its architecture.
 */

export type CardArchitecture = 'sm_80' | 'sm_90' | 'sm_100';

interface CardNumbers {
  readonly name: string;
  /** Compute capability. */
  readonly major: number;
  readonly cores: number;
  /** Bytes of shared memory, for each core and for each block that asks for it. */
  readonly sharedPerCore: number;
  readonly sharedPerBlock: number;
  readonly cacheBytes: number;
  readonly memoryBytes: number;
  readonly bytesPerSecond: number;
  readonly gigahertz: number;
  /** True if the architecture has instructions that later ones lack (sm_90a, sm_100a). */
  readonly accelerated: boolean;
}

const KIB = 1024;
const GIB = 2 ** 30;

const CARDS: Readonly<Record<CardArchitecture, CardNumbers>> = {
  sm_80: {
    name: 'NVIDIA A100-SXM4-40GB',
    major: 8,
    cores: 108,
    sharedPerCore: 164 * KIB,
    sharedPerBlock: 163 * KIB,
    cacheBytes: 40 * KIB * KIB,
    memoryBytes: 39.5 * GIB,
    bytesPerSecond: 1.555e12,
    gigahertz: 1.41,
    accelerated: false,
  },
  sm_90: {
    name: 'NVIDIA H200',
    major: 9,
    cores: 132,
    sharedPerCore: 228 * KIB,
    sharedPerBlock: 227 * KIB,
    cacheBytes: 50 * KIB * KIB,
    memoryBytes: 140 * GIB,
    bytesPerSecond: 4.8e12,
    gigahertz: 1.98,
    accelerated: true,
  },
  sm_100: {
    name: 'NVIDIA B200',
    major: 10,
    cores: 148,
    sharedPerCore: 228 * KIB,
    sharedPerBlock: 227 * KIB,
    cacheBytes: 126 * KIB * KIB,
    memoryBytes: 178 * GIB,
    bytesPerSecond: 7.7e12,
    gigahertz: 1.96,
    accelerated: true,
  },
};

/** As text of the message GpuTargetConfigProto (openxla/xla, xla/stream_executor/device_description.proto). */
export function describeCard(architecture: CardArchitecture, cuda: 12 | 13): string {
  const card = CARDS[architecture];
  const version = `${cuda}.${cuda === 12 ? 9 : 0}.0`;
  const features = card.accelerated ? 'ACCELERATED_FEATURES' : 'NONE';
  return `gpu_device_info {
  threads_per_block_limit: 1024
  threads_per_warp: 32
  shared_memory_per_block: ${48 * KIB}
  shared_memory_per_core: ${card.sharedPerCore}
  shared_memory_per_block_optin: ${card.sharedPerBlock}
  threads_per_core_limit: 2048
  core_count: ${card.cores}
  fpus_per_core: ${card.major === 8 ? 64 : 128}
  block_dim_limit_x: 2147483647
  block_dim_limit_y: 65535
  block_dim_limit_z: 65535
  thread_dim_limit_x: 1024
  thread_dim_limit_y: 1024
  thread_dim_limit_z: 64
  registers_per_core_limit: 65536
  registers_per_block_limit: 65536
  memory_bandwidth: ${card.bytesPerSecond}
  l2_cache_size: ${card.cacheBytes}
  clock_rate_ghz: ${card.gigahertz}
  device_memory_size: ${card.memoryBytes}
  cuda_compute_capability { major: ${card.major} feature_extension: ${features} }
  device_vendor: "NVIDIA Corporation"
  platform_version: "Compute Capability ${card.major}.0"
  device_address_bits: 64
  ecc_enabled: true
  name: "${card.name}"
  driver_version: "${cuda === 12 ? '12.9.0' : '13.0.0'}"
  runtime_version: "${version}"
  compile_time_toolkit_version: "${version}"
  dnn_version: "9.10.0"
}
platform_name: "CUDA"
dnn_version_info { major: 9 minor: 10 patch: 0 }
device_description_str: "${card.name}"
`;
}
