/** Turns the errors of a device into words that help. */
import { totalmem } from 'node:os';
import { describeTensor, GpuError, MemoryError } from '../errors.ts';
import { sizeOf } from '../host-tensor.ts';
import type { Program } from '../graph/program.ts';
import type { DeviceMemory, PjrtClient, ProgramMemory } from './pjrt/client.ts';
import { ERROR_CODES } from './pjrt/api.ts';
import { PjrtError } from './pjrt/plugin.ts';

interface Circumstances {
  readonly device: string;
  readonly inputs: Program['inputs'];
  /** Undefined where the program was not compiled. */
  readonly program: ProgramMemory | undefined;
  readonly memory: DeviceMemory;
}

/** The error as a MemoryError where memory ended, as a GpuError where the device failed; else as it is. */
export function explainDeviceError(error: unknown, circumstances: () => Circumstances): unknown {
  if (!(error instanceof PjrtError)) return error;
  if (error.code === ERROR_CODES.resourceExhausted || /\bout of memory\b/i.test(error.message))
    return new MemoryError(shortageText(askedFor(error.message), circumstances()), { cause: error });
  const fault = DEVICE_FAULTS.exec(error.message);
  return fault === null
    ? error
    : new GpuError(
        `The device ${circumstances().device} failed while a step ran (${fault[0]}). What was trained up to the last checkpoint is kept. Run again; where this repeats, on another card (nvidia-smi -q and dmesg show more).`,
        { cause: error },
      );
}

/** Undefined where the program fits into the device's memory, if nothing else is there. */
export function findShortage(circumstances: Circumstances): MemoryError | undefined {
  const { program, memory } = circumstances;
  const needed = program === undefined ? 0 : memoryNeeded(program);
  return needed > (memory.limit ?? Infinity)
    ? new MemoryError(shortageText(` for ${bytesText(needed)}`, circumstances))
    : undefined;
}

export function circumstancesOf(
  client: PjrtClient,
  inputs: Program['inputs'],
  program: ProgramMemory | undefined,
): Circumstances {
  return { device: client.deviceKind, inputs, program, memory: deviceMemoryOf(client) };
}

/** Plugins for processors do not count memory; their limit is that of the machine. */
export function deviceMemoryOf(client: PjrtClient): DeviceMemory {
  try {
    return client.memory();
  } catch {
    return { used: 0, peak: undefined, limit: totalmem() };
  }
}

/** Names of errors of CUDA's driver after which a process cannot compute any more (cuda.h, CUresult). */
const DEVICE_FAULTS =
  /CUDA_ERROR_(?:ECC_UNCORRECTABLE|ILLEGAL_ADDRESS|LAUNCH_FAILED|LAUNCH_TIMEOUT|HARDWARE_STACK_ERROR|ILLEGAL_INSTRUCTION|DEVICE_UNAVAILABLE|CONTAINED|NVLINK_UNCORRECTABLE|UNKNOWN|DEINITIALIZED|CONTEXT_IS_DESTROYED)|GPU is lost|fallen off the bus/;

/** For example "Out of memory while trying to allocate 281474976710656 bytes." or "... allocating 256.0TiB". */
const ASKED = /(?:allocat\w*|request\w*)\D{0,12}?(?<amount>[\d.]+)\s*(?<unit>bytes|[KMGT]iB)/i;

/** For example ` for 256.2 TiB`; empty where the message does not tell. */
function askedFor(message: string): string {
  const { amount, unit = 'bytes' } = ASKED.exec(message)?.groups ?? {};
  return amount === undefined ? '' : ` for ${inUnits(Number(amount), unit)}`;
}

function shortageText(amount: string, circumstances: Circumstances): string {
  const fed = circumstances.inputs.map(({ path, value }) => `"${path}" ${describeTensor(value)}`).join(', ');
  const facts = factsOf(circumstances);
  return `There is not enough memory${amount} in a step whose inputs are ${fed || 'none'}. Use a smaller batch, smaller images or a smaller network.${facts}`;
}

/** Bytes of the device's memory, while the program runs. */
const memoryNeeded = ({ inputs, outputs, reused, temporary, code }: ProgramMemory): number =>
  inputs + outputs - reused + temporary + code;

/** Sentences about what the step takes and what there is; empty where nothing is known. */
function factsOf({ device, inputs, program, memory }: Circumstances): string {
  if (program === undefined) return '';
  const takes = ` The step takes ${bytesText(memoryNeeded(program))}.`;
  if (memory.limit === undefined) return takes;
  // The state, which stays between runs, is in use already.
  const free = memory.limit - memory.used + program.reused;
  const has = ` The device ${device} has ${bytesText(memory.limit)}, and ${bytesText(free)} for this step.`;
  return `${takes}${has}${batchText(inputs, program, free)}`;
}

/** Inputs and temporary values grow with the batch; the state does not. */
function batchText(inputs: Program['inputs'], program: ProgramMemory, free: number): string {
  const [largest] = inputs.map(({ value }) => value).sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
  const batch = largest?.shape[0];
  if (batch === undefined || batch < 2) return '';
  const fixed = program.reused + program.code;
  const growing = program.inputs - program.reused + program.outputs - program.reused + program.temporary;
  const fitting = Math.floor((batch * (free - fixed)) / growing);
  if (fitting >= batch) return '';
  return fitting < 1 ? ' No batch fits.' : ` A batch of about ${fitting} instead of ${batch} fits.`;
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

const inUnits = (amount: number, unit: string): string =>
  bytesText(
    amount *
      1024 **
        Math.max(
          0,
          UNITS.findIndex((name) => name.toLowerCase() === unit.toLowerCase()),
        ),
  );

function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${(bytes / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit] ?? ''}`;
}
