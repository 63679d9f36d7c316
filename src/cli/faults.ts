/** What went wrong outside of the program's own making, told in a line instead of a stack trace. */
import { NoGpuError } from '../runner/resources/demand.ts';
import { DamagedBlobError } from '../runner/store/damage.ts';
import { exitCode } from './exit-code.ts';
import { Refusal } from './refusal.ts';

/** The refusal that an error amounts to; undefined: it is a bug. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof DamagedBlobError) return new Refusal([{ code: 'damaged-store', severity: 'error', message: error.message }], exitCode.storeDamaged);
  if (error instanceof NoGpuError) {
    const remedy = 'Without --require-gpu these run on the processor, one at a time. pipeline doctor shows what nvidia-smi finds.';
    return new Refusal([{ code: 'no-gpu', severity: 'error', message: error.message, remedy }]);
  }
  if (isSystemError(error)) {
    const remedy = 'pipeline doctor checks the store, its permissions and its space.';
    return new Refusal([{ code: 'system', severity: 'error', message: error.message, remedy }], exitCode.storeDamaged);
  }
  return undefined;
}

/** The disk is full, a folder may not be written, ...: the system's own message names what and where. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
