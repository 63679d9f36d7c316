/** Opens the engine xla that was added to this machine. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { digestOf } from '../../util/digest.ts';
import { cacheFolder } from '../cache-folder.ts';
import type { Engine } from '../engine.ts';
import { GpuError } from '../errors.ts';
import { CUDA_CLIENT_OPTIONS, cudaFlags, preloadCuda } from './cuda.ts';
import { openXla, type XlaOptions } from './engine.ts';
import { XLA_PARTS } from './installation/parts.ts';
import type { FoundXla } from './installation/place.ts';

interface OpenOptions {
  readonly threads: number;
  /** Another process computes the same bits, also where it compiles anew; see cudaFlags. */
  readonly isStrict: boolean;
}

/** Throws GpuError where the engine is one for GPUs and cannot use any. */
export function openAddedXla(found: FoundXla, options: OpenOptions): Engine {
  // Errors come as values; whoever debugs XLA sets it.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  try {
    return openXla(found.forGpus ? forGpu(found, options) : forProcessor(found, options));
  } catch (error) {
    throw found.forGpus ? explainNoGpu(error) : error;
  }
}

function forGpu(found: FoundXla, { isStrict }: OpenOptions): XlaOptions {
  const { variant, folder, plugin } = found;
  if (variant === 'cpu') throw new Error('Internal error: the variant for processors has no GPU.');
  preloadCuda(folder, variant);
  const driver = driverVersion();
  return {
    plugin,
    precisions: ['float32', 'tf32', 'bfloat16'],
    clientOptions: CUDA_CLIENT_OPTIONS,
    flags: cudaFlags(folder, variant, isStrict),
    cache: { folder: programsFolder(), identity: `${installationOf(folder)} ${driver}` },
    provenance: {
      version: `jax-${variant}-pjrt ${XLA_PARTS[variant].version}`,
      driver,
      deterministic: isStrict ? 'everywhere' : 'on this machine',
    },
  };
}

/** The plugin takes the number of its threads from NPROC. */
function forProcessor({ variant, plugin, folder }: FoundXla, { threads }: OpenOptions): XlaOptions {
  process.env.NPROC = String(threads);
  const processor = os.cpus()[0]?.model ?? os.arch();
  return {
    plugin,
    cache: { folder: programsFolder(), identity: `${installationOf(folder)} ${processor} ${threads}` },
    provenance: { version: `xla-cpu-pjrt ${XLA_PARTS[variant].version}`, device: 'cpu', threads },
  };
}

const programsFolder = (): string => path.join(cacheFolder(), 'programs');

/** A digest of the checksums of all its files. */
const installationOf = (folder: string): string => digestOf(readFileSync(path.join(folder, 'files.json')));

/** For example `580.65.06`; the kernel module does not tell it everywhere (WSL). */
function driverVersion(): string {
  try {
    const text = readFileSync('/proc/driver/nvidia/version', 'utf8');
    return /Kernel Module(?: for \S+)?\s+(?<version>[\d.]+)/.exec(text)?.groups?.version ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

const ABSENT = /NO_DEVICE|No visible GPU|no CUDA-capable device|libcuda\.so|cuda drivers|no supported devices/i;

/** CUDA's own words for it, and what they mean. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /driver version is insufficient|SYSTEM_DRIVER_MISMATCH|UNSUPPORTED_PTX_VERSION|COMPAT_NOT_SUPPORTED|unsupported toolchain/i,
    'the driver is too old: CUDA 13 needs 580 or newer, CUDA 12 needs 525 or newer (pipeline engine remove xla, then pipeline engine add xla)',
  ],
  [/DEVICE_UNAVAILABLE|devices? (?:is|are) busy/i, 'another process has it for itself'],
  [/out of memory|RESOURCE_EXHAUSTED/i, 'its memory is full'],
  [ABSENT, 'there is none that this process may use'],
];

function explainNoGpu(error: unknown): GpuError {
  const [said = ''] = String(error instanceof Error ? error.message : error).split('\n');
  const known = REASONS.find(([pattern]) => pattern.test(said))?.[1];
  const reason = known === undefined ? said : `${known} (${said})`;
  return new GpuError(`The engine "xla" opens no GPU: ${reason}`, { cause: error, isAbsent: ABSENT.test(said) });
}
