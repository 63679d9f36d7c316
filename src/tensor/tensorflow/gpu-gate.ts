/**
 * TensorFlow's own test for the libraries of GPUs (tsl/platform/default/dlopen_checker.cc): unless it finds every one
 * of them, it registers no GPU, and computes on the processor. The test needs no GPU.
 */
import path from 'node:path';
import { loadLibrary } from '../load-library.ts';

const FRAMEWORK = path.join('tensorflow', 'libtensorflow_framework.so.2');

/** absl::Status MaybeTryDlopenGPULibraries(), and the getters that it calls. */
const WHOLE_TEST = '_ZN3tsl8internal9DsoLoader26MaybeTryDlopenGPULibrariesEv';
const LIBRARIES = {
  'CUDA runtime': '_ZN3tsl8internal15CachedDsoLoader23GetCudaRuntimeDsoHandleEv',
  cuBLAS: '_ZN3tsl8internal15CachedDsoLoader18GetCublasDsoHandleEv',
  cuBLASLt: '_ZN3tsl8internal15CachedDsoLoader20GetCublasLtDsoHandleEv',
  cuFFT: '_ZN3tsl8internal15CachedDsoLoader17GetCufftDsoHandleEv',
  cuSOLVER: '_ZN3tsl8internal15CachedDsoLoader20GetCusolverDsoHandleEv',
  cuSPARSE: '_ZN3tsl8internal15CachedDsoLoader20GetCusparseDsoHandleEv',
  cuDNN: '_ZN3tsl8internal15CachedDsoLoader17GetCudnnDsoHandleEv',
} as const;

/** The word of an absl::Status that is OK. */
const OK = 1n;

/**
 * Names of what TensorFlow does not find; empty: it would register GPUs. To be called in a process of its own. @param
 * folder of the engine
 */
export function missingGpuLibraries(folder: string): string[] {
  const framework = loadLibrary(path.join(folder, FRAMEWORK));
  const passes = (symbol: string): boolean => {
    // What is returned has a destructor, so the caller passes the memory for it.
    const status = new BigUint64Array(4);
    (framework.func(`void *${symbol}(void *)`) as (status: BigUint64Array) => unknown)(status);
    return status[0] === OK;
  };
  if (passes(WHOLE_TEST)) return [];
  const missing = Object.entries(LIBRARIES).flatMap(([name, symbol]) => (passes(symbol) ? [] : [name]));
  return missing.length > 0 ? missing : ['a library that its test does not name'];
}
