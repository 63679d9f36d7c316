/** Describes expected errors from outside of the program in a line instead of a stack trace. */
import { NothingToAuditError } from '../runner/reproduce/nothing-to-audit.ts';
import { LockfileError } from '../runner/lockfile/lockfile-error.ts';
import type { Diagnostic } from '../formats/diagnostic.ts';
import { ProducersNotReadyError } from '../runner/execution/require-upstream.ts';
import { ShellError } from '../runner/execution/check-shells.ts';
import type { PlanEntry } from '../runner/plan.ts';
import { NoGpuError, NoRoomError } from '../runner/resources/demand.ts';
import { ClusterError } from '../runner/slurm/cluster-error.ts';
import { storageFailure } from '../runner/storage-failure.ts';
import { DataError } from '../runner/data-versions/data-error.ts';
import { UnreadableInputError } from '../runner/store/listing.ts';
import { RemoteError } from '../runner/remote/remote-error.ts';
import { MlflowError } from '../runner/mlflow/mlflow-error.ts';
import { ArchiveError } from '../runner/archive/archive-error.ts';
import { DamagedBlobError } from '../runner/store/damaged-blob-error.ts';
import { isSystemError } from '../util/system-error.ts';
import { exitCode } from './exit-code.ts';
import { reasonLines } from './reason-text.ts';
import { Refusal } from './refusal.ts';
import { describeStorageFailure } from './storage-failure-text.ts';
import { bytes } from './text/bytes.ts';
import { shellWord } from '../util/shell-word.ts';

/** The refusal that an error amounts to; undefined: it is a bug. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof DamagedBlobError)
    return new Refusal([{ code: 'damaged-store', severity: 'error', message: error.message }], exitCode.storeDamaged);
  if (error instanceof LockfileError) return new Refusal([error.diagnostic]);
  if (error instanceof ArchiveError)
    return new Refusal([
      {
        code: 'archive',
        severity: 'error',
        message: error.message,
        ...(error.remedy !== undefined && { remedy: error.remedy }),
      },
    ]);
  if (error instanceof DataError)
    return new Refusal(
      error.findings.map((message, i) => ({
        code: 'data',
        severity: 'error',
        message,
        ...(i === error.findings.length - 1 && error.remedy !== undefined && { remedy: error.remedy }),
      })),
    );
  if (error instanceof RemoteError || error instanceof MlflowError)
    return new Refusal(
      [
        {
          code: error instanceof RemoteError ? 'remote' : 'mlflow',
          severity: 'error',
          message: error.message,
          ...(error.remedy !== undefined && { remedy: error.remedy }),
        },
      ],
      exitCode.storeDamaged,
    );
  if (error instanceof UnreadableInputError)
    return new Refusal([{ code: 'data', severity: 'error', message: error.message }]);
  if (error instanceof NoGpuError) {
    const remedy =
      error.remedy ??
      'Without --require-gpu these run on the processor, one at a time. pipeline doctor shows what nvidia-smi finds.';
    return new Refusal([{ code: 'no-gpu', severity: 'error', message: error.message, remedy }]);
  }
  if (error instanceof ClusterError) {
    const remedy =
      'Run where `sinfo` answers, such as a login node, with SLURM_CONF as there; or use --executor local.';
    return new Refusal([{ code: 'no-slurm', severity: 'error', message: error.message, remedy }]);
  }
  if (error instanceof ShellError) return new Refusal(error.faults.map(shellFault));
  if (error instanceof NoRoomError) return new Refusal(error.shortages.map(noRoom));
  if (error instanceof ProducersNotReadyError) return new Refusal(error.entries.map(notReady));
  if (error instanceof NothingToAuditError) return new Refusal(error.entries.map(nothingToAudit));
  if (isSystemError(error)) {
    return new Refusal(
      [{ code: 'system', severity: 'error', ...describeStorageFailure(storageFailure(error)) }],
      exitCode.storeDamaged,
    );
  }
  return undefined;
}

const REASONS = 3;
const reasonsOf = ({ verdict }: PlanEntry): string =>
  reasonLines(verdict.kind === 'fresh' ? [{ kind: 'not-in-store' }] : verdict.reasons, REASONS).join('; ');

const shellFault = ({ instance, message, remedy }: ShellError['faults'][number]): Diagnostic => ({
  code: 'shell',
  severity: 'error',
  message,
  remedy,
  location: instance.location,
});

function nothingToAudit(entry: PlanEntry): Diagnostic {
  const { id } = entry.instance;
  return {
    code: 'nothing-to-audit',
    severity: 'error',
    message: `${id} has no result to compare with: ${reasonsOf(entry)}`,
    remedy: `Make it first: pipeline run ${shellWord(id)}`,
  };
}

function notReady(entry: PlanEntry): Diagnostic {
  const {
    instance: { id },
    verdict,
  } = entry;
  const [message, remedy] =
    verdict.kind === 'blocked'
      ? [`${id} cannot run, and the run cannot begin after it`, 'Provide the missing inputs first.']
      : [`${id} would have to run first`, `Without --from it runs as well; alone: pipeline run ${shellWord(id)}`];
  return { code: 'not-ready', severity: 'error', message: `${message}: ${reasonsOf(entry)}`, remedy };
}

function noRoom({ stages, name, wanted, available, place }: NoRoomError['shortages'][number]): Diagnostic {
  const [much, there] =
    name === 'memory' ? [`${bytes(wanted)} of memory`, bytes(available)] : [`${wanted} of ${name}`, String(available)];
  if (place !== undefined)
    return {
      code: 'no-room',
      severity: 'error',
      message: `${stages}: requests ${much}; ${place} has ${there}`,
      remedy: 'Lower its resources, or choose another partition; `sinfo -N -l` lists the nodes.',
    };
  const remedy =
    name === 'memory'
      ? 'Lower `memory` in its resources. If the machine has more than the runner finds: --slots memory=SIZE.'
      : `If there are more, set the total: --slots ${name}=${wanted}, or \`slots\` in the settings.`;
  return { code: 'no-room', severity: 'error', message: `${stages}: requests ${much}; available: ${there}`, remedy };
}
