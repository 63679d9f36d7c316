/** Describes the failure of one instance in a phrase. */
import { unreachable } from '../util/unreachable.ts';
import type { Failure, FullDisk } from '../formats/failure.ts';
import { describeStorageFailure } from './storage-failure-text.ts';
import { bytes } from './text/bytes.ts';
import { duration } from './text/duration.ts';

export function failureText(failure: Failure): string {
  switch (failure.kind) {
    case 'exit':
      return (
        `exit ${failure.code}${failure.message === undefined ? '' : `: ${failure.message}`}` +
        diskText(failure.fullDisk)
      );
    case 'signal':
      return `killed by ${failure.signal}${SIGNALS[failure.signal] ?? ''}${diskText(failure.fullDisk)}`;
    case 'timeout':
      return `timed out after ${duration(failure.afterMs / 1000)}`;
    case 'missing-output':
      return missingOutputText(failure);
    case 'wrong-output':
      return `output ${failure.output} ${failure.finding}`;
    case 'input-changed':
      return (
        `its result is not recorded, because ${failure.paths.join(', ')} changed while it ran` +
        `${failure.added === undefined ? '' : ` (${failure.added.join(', ')} was added)`}; run again (if no user ` +
        'edited it, the stage did: a stage may write to its outputs only, or to files that "ignore" of the pipeline ' +
        'file names)'
      );
    case 'storage': {
      const { message, remedy } = describeStorageFailure(failure);
      return `${message}. ${remedy}`;
    }
    case 'job':
      return failure.remedy === undefined ? failure.message : `${failure.message}. ${failure.remedy}`;
    case 'damaged':
    case 'system':
      return failure.message;
    default:
      return unreachable(failure);
  }
}

const diskText = (full: FullDisk | undefined): string =>
  full === undefined ? '' : `; the disk of ${full.path} is full (${bytes(full.freeBytes)} free)`;

function missingOutputText({ outputs, written = [] }: Extract<Failure, { kind: 'missing-output' }>): string {
  const instead =
    written.length === 0 ? '' : ` (it wrote ${written.join(', ')}, and the result is not taken from there)`;
  const [first = ''] = outputs;
  return `did not write ${outputs.join(', ')}${instead}; a command writes to \${outputs.${first}} or $${variableOf(first)}, a module to stage.output('${first}')`;
}

const variableOf = (output: string): string => `PIPELINE_OUTPUT_${output.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

/** The usual sender of a signal, if no user sent it. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: ' (if no user did, the system was out of memory)',
  SIGABRT: ' (native code gave up: a failed assertion, or a closed file descriptor of another owner)',
  SIGSEGV: ' (a fault in native code)',
  SIGBUS: ' (a fault in native code, or a mapped file that was truncated)',
};
