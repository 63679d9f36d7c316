/** `pipeline verify`: compares every stored file with its digest, and makes damaged ones again on request. */
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { findRepairable } from '../../runner/maintenance/repairable.ts';
import { findResults } from '../../runner/maintenance/find-results.ts';
import { storeFaults } from '../../runner/plan/store-faults.ts';
import { recordKeyOf } from '../../runner/store/record-file.ts';
import { verifyRecords, type VerifyProgress, type Verification } from '../../runner/maintenance/verify.ts';
import type { Lockfile } from '../../runner/lockfile/lockfile.ts';
import type { Store } from '../../runner/store/store.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { openStoreAndLockfile } from '../maintenance.ts';
import { progressLine } from '../progress-line.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { duration } from '../text/duration.ts';
import {
  openProject,
  requireOwnPlaces,
  selectTargets,
  withOpenPipeline,
  type Project,
  type ProjectOptions,
} from '../project.ts';
import {
  verificationDocument,
  writeFindings,
  writeRepair,
  type VerificationFindings,
  type Repair,
} from '../write-verification.ts';
import { carryOut, type RunOptions } from './run.ts';

export interface VerifyOptions extends ProjectOptions {
  readonly repair?: boolean;
  /** A remote instead of the store; true: the default one. */
  readonly remote?: string | true;
  readonly json?: boolean;
}

/** Without targets, verifies everything in the store, of any pipeline and age. */
export async function verify(
  targets: readonly string[],
  options: VerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (options.remote !== undefined)
    return (await import('../remote/verify-of-remote.ts')).verifyOfRemote(options.remote, options, terminal);
  const project = await openProject(options, terminal);
  const wanted =
    targets.length === 0 ? undefined : new Set(selectTargets(project.pipeline, targets).named.map(({ id }) => id));
  const { store, lock } = openStoreAndLockfile(project);
  const results = await findResults(store, lock, wanted);
  const found: VerificationFindings = { ...results, verification: await checked(store, results.records, terminal) };
  if (!options.json) writeFindings(found, terminal.results);
  if (options.repair) await requireOwnPlaces(project);
  const repair =
    options.repair && isDamaged(found)
      ? await repaired(found, { project, lock, store, wanted, options, terminal })
      : undefined;
  if (options.json) terminal.results.write(`${JSON.stringify(verificationDocument(found, repair), null, 2)}\n`);
  else if (repair) writeRepair(repair, terminal.results);
  else if (isDamaged(found)) terminal.messages.write('pipeline verify --repair makes them again.\n');
  return isDamaged(repair?.after ?? found) ? exitCode.storeDamaged : exitCode.done;
}

interface Setting {
  readonly project: Project;
  readonly lock: Lockfile;
  readonly store: Store;
  readonly wanted: ReadonlySet<InstanceId> | undefined;
  readonly options: VerifyOptions;
  readonly terminal: Terminal;
}

async function checked(store: Store, records: readonly RunRecord[], { messages }: Terminal): Promise<Verification> {
  const line = progressLine(messages, Date.now);
  const began = Date.now();
  try {
    return await verifyRecords(store, records, (progress) => {
      line.show(() => progressText(progress, (Date.now() - began) / 1000));
    });
  } finally {
    line.clear();
  }
}

function progressText({ blobs, bytes: read, of }: VerifyProgress, seconds: number): string {
  const left = read === 0 ? '' : `  eta ${duration((seconds * (of.bytes - read)) / read)}`;
  return `Checking: ${blobs} of ${count(of.blobs, 'file')}, ${bytes(read)} of ${bytes(of.bytes)}${left}`;
}

const isDamaged = ({ verification, unreadable }: VerificationFindings): boolean =>
  verification.damages.length > 0 || unreadable.length > 0;

/**
 * Damaged files go to quarantine, what the pipeline can make again is made again, and the digests are checked again.
 */
async function repaired(found: VerificationFindings, setting: Setting): Promise<Repair> {
  const { lock, store, wanted, terminal } = setting;
  const { damages } = found.verification;
  for (const { digest, state } of damages) if (state === 'damaged') store.quarantineBlob(digest);
  for (const key of found.unreadable) store.quarantineRecord(key);
  const incomplete = found.records.filter((record) => storeFaults(record, store).length > 0);
  const made = await makeAgain([...incomplete, ...found.unreadable], setting);
  // Some are whole again without execution: copies that are committed beside the lockfile took the place of damaged
  // files.
  const lost = incomplete.filter((record) => storeFaults(record, store).length > 0);
  for (const record of lost) store.quarantineRecord(recordKeyOf(record));
  const results = await findResults(store, lock, wanted);
  return {
    made: made.map(({ instance }) => instance.id),
    // A stage that is not reproducible has made another result of the same fingerprint instead.
    lost: [
      ...new Set(
        lost.flatMap(({ instance, fingerprint }) =>
          made.some((each) => each.fingerprint === fingerprint) ? [] : [instance],
        ),
      ),
    ].sort(byCodeUnit),
    after: { ...results, verification: await checked(store, results.records, terminal) },
  };
}

/** Executes exactly the damaged results that come out of the pipeline as it is now. */
function makeAgain(
  damaged: readonly { readonly fingerprint: Fingerprint }[],
  { project, lock, options, terminal }: Setting,
): Promise<ReturnType<typeof findRepairable>> {
  return withOpenPipeline(
    project,
    async (open) => {
      const { entries } = await open.planner.plan(project.pipeline.instances, { force: new Set() });
      const repairable = findRepairable(
        entries,
        new Set(damaged.map(({ fingerprint }) => fingerprint)),
        (id) => lock.entries().get(id)?.fingerprint,
      );
      const targets = repairable.map(({ instance }) => instance.id);
      if (targets.length > 0)
        await carryOut(
          { targets, selection: selectTargets(project.pipeline, targets) },
          open,
          project,
          runOptions(options),
          options.json ? { ...terminal, results: terminal.messages } : terminal,
        );
      return repairable;
    },
    { executes: true },
  );
}

const runOptions = ({ pipeline, set }: VerifyOptions): RunOptions => ({
  ...(pipeline !== undefined && { pipeline }),
  ...(set && { set }),
  keepGoing: true,
});
