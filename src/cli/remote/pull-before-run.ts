/** `run --pull`: results that a remote has are brought into the store, until the plan asks for no more of them. */
import type { Digest } from '../../util/digest.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { registerRunner } from '../../runner/maintenance/runner-registration.ts';
import type { OpenPipeline } from '../../runner/open-pipeline.ts';
import type { Instance } from '../../runner/pipeline.ts';
import type { Remote } from '../../runner/remote/open-remote.ts';
import { fetchRecords } from '../../runner/remote/pull-project.ts';
import { openStore } from '../../runner/store/open-store.ts';
import type { Project } from '../project.ts';
import type { Terminal } from '../terminal.ts';
import { bytes } from '../text/bytes.ts';
import { count } from '../text/count.ts';
import { chooseRemote, withChosenRemote } from './choose-remote.ts';

interface PullTask {
  readonly open: OpenPipeline;
  readonly project: Project;
  readonly instances: readonly Instance[];
  /** They are executed in any case. */
  readonly force: ReadonlySet<InstanceId>;
  /** Undefined: the default remote. */
  readonly remote: string | undefined;
}

/** A fingerprint is known only when the producers of its inputs have results, so each round may find more. */
export async function pullBeforeRun(
  { open, project, instances, force, remote }: PullTask,
  terminal: Terminal,
): Promise<void> {
  const { storeFolder } = project;
  const chosen = chooseRemote(project, remote);
  const registration = await registerRunner(storeFolder);
  try {
    await withChosenRemote(chosen, project, terminal, false, async (opened) => {
      const context = {
        remote: opened,
        store: openStore(storeFolder),
        storeFolder,
        registration,
        tell: () => undefined,
      };
      const asked = new Set<Digest>();
      let [results, size] = [0, 0];
      for (;;) {
        const wanted = (await wantedRecords(open, instances, force, opened)).filter((digest) => !asked.has(digest));
        if (wanted.length === 0) break;
        for (const digest of wanted) asked.add(digest);
        const fetched = await fetchRecords(wanted, context);
        results += fetched.records.length;
        size += fetched.bytes;
      }
      if (results > 0)
        terminal.messages.write(`Pulled ${count(results, 'result')} from ${chosen.name} (${bytes(size)}).\n`);
    });
  } finally {
    registration.unregister();
  }
}

/** The blobs of records whose executions are due. */
async function wantedRecords(
  open: OpenPipeline,
  instances: readonly Instance[],
  force: ReadonlySet<InstanceId>,
  { index }: Remote,
): Promise<Digest[]> {
  const { entries } = await open.planner.plan(instances, { force });
  return entries.flatMap(({ instance, verdict }) => {
    if (verdict.kind !== 'run' || verdict.fingerprint === undefined || force.has(instance.id)) return [];
    const { fingerprint } = verdict;
    const results = index.resultsOf(fingerprint);
    return results.flatMap((result) => index.record(fingerprint, result) ?? []).slice(0, 3);
  });
}
