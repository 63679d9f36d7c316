/** Past results as lockfile and store know them. */
import type { LineageEntry } from '../../stage/protocol.ts';
import type { Digest } from '../../util/digest.ts';
import type { Lockfile } from '../lockfile/lockfile.ts';
import type { Instance } from '../pipeline.ts';
import type { Lookups } from '../plan/compare.ts';
import type { Decisions } from '../plan/planner.ts';
import { producedInputsOf } from '../plan/produced-inputs.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { CheckedOut, PastResult, Results } from '../results.ts';
import { verifyContent } from '../store/copy.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { findLogFiles } from '../store/log-files.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { parseTree } from '../store/tree.ts';
import { checkOut, type CheckoutOptions } from '../transfer/checkout.ts';
import { lineageOf } from './lineage.ts';
import { pastResults } from './past-results.ts';

interface ResultsDeps extends Lookups {
  readonly root: string;
  readonly storeFolder: string;
  readonly store: Store;
  readonly contents: DigestCache;
  readonly lock: Lockfile;
  readonly decisions: Decisions;
  /** See withDraft. */
  readonly drafts: string;
}

export class StoredResults implements Results {
  readonly #deps: ResultsDeps;

  constructor(deps: ResultsDeps) {
    this.#deps = deps;
  }

  async locked(id: InstanceId): Promise<RunRecord | undefined> {
    const entry = this.#deps.lock.get(id);
    return entry && this.#deps.store.record(recordKeyOf(entry));
  }

  past(ids: ReadonlySet<InstanceId>): Promise<readonly PastResult[]> {
    return pastResults(ids, this.#deps.store, this.#deps);
  }

  logs(id: InstanceId): Promise<readonly string[]> {
    return Promise.resolve(findLogFiles(this.#deps.storeFolder, id));
  }

  lineage(instance: Instance): Promise<readonly LineageEntry[]> {
    const { store, storeFolder, decisions } = this.#deps;
    const results = producedInputsOf(instance).flatMap(({ producer }) => decisions.results(producer) ?? []);
    return lineageOf(store, storeFolder, results);
  }

  text(digest: Digest): Promise<string | undefined> {
    return Promise.resolve(this.#deps.store.text(digest));
  }

  async filesOf(output: StoredOutput, description: string): Promise<ReadonlyMap<string, string>> {
    const { store } = this.#deps;
    await verifyContent(store, output, description);
    if (output.kind !== 'folder') return new Map([[output.file, store.pathOf(output.digest)]]);
    const entries = parseTree(store.text(output.digest) ?? '');
    return new Map(entries.flatMap(({ name, digest }) => (digest === '' ? [] : [[name, store.pathOf(digest)]])));
  }

  checkout(instances: readonly Instance[], options: CheckoutOptions): Promise<readonly CheckedOut[]> {
    return checkOut(instances, options, this.#deps);
  }
}
