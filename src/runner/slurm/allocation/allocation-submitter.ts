/**
 * Gives attempts to an allocation: one job of Slurm that carries out all instances. The first attempt submits it; later
 * ones, and those of later runs, join it as long as it is there.
 */
import { shellWord } from '../../../util/shell-word.ts';
import type { Instance } from '../../pipeline.ts';
import { submitInsistently, type NotSubmitted, type SbatchDeps } from '../insistent-sbatch.ts';
import { JOB_PREFIX, jobName, newSubmissionId } from '../job-name.ts';
import { askQueue, clusterWords, entryKey } from '../queue.ts';
import { allocationWords, ownWords } from '../sbatch-words.ts';
import type { SlurmSettings } from '../settings.ts';
import { hasEnded } from '../states.ts';
import { jobOutputPath, readSubmissions, type Submission } from '../submission-file.ts';
import {
  prepareSubmission,
  RequestBatches,
  wanted,
  type SubmissionRequest,
  type SubmissionResult,
  type TaskSubmitter,
  type Waiting,
} from '../task-submitter.ts';
import {
  addTask,
  allocationPath,
  readAllocations,
  removeAllocation,
  sayNoMore,
  takeBackNoMore,
  taskName,
  tasksIn,
  writeAllocation,
  type Allocation,
} from './allocation-folder.ts';
import { allocationSize } from './allocation-size.ts';
import { cancelWaiting } from './revoke-tasks.ts';

export interface AllocationSubmitterDeps extends SbatchDeps {
  readonly storeFolder: string;
  readonly settings: SlurmSettings;
  /** The built src/runner/slurm/job/allocation-main.ts. */
  readonly allocationProgram: string;
}

type Planned = Pick<Instance, 'resources' | 'secrets'>;

export class AllocationSubmitter implements TaskSubmitter {
  readonly #deps: AllocationSubmitterDeps;
  readonly #batches = new RequestBatches((batch) => (this.#turn = this.#turn.then(() => this.#submitAll(batch))));
  /** One batch at a time, so that the first one alone submits the allocation. */
  #turn: Promise<void> = Promise.resolve();
  #planned: readonly Planned[] = [];
  #current: Allocation | undefined;
  #hasLooked = false;

  constructor(deps: AllocationSubmitterDeps) {
    this.#deps = deps;
  }

  /** The instances that will come: the allocation has room for each, and knows their secrets. */
  expect(planned: readonly Planned[]): void {
    this.#planned = planned;
  }

  submit(request: SubmissionRequest): Promise<SubmissionResult> {
    return this.#batches.add(request);
  }

  isOver({ allocation }: Submission): void {
    if (allocation === this.#current?.id) this.#current = undefined;
  }

  /** An allocation that still waits, and for which nothing is to be done, leaves the queue. */
  async close(): Promise<void> {
    await this.#turn;
    if (this.#current === undefined) return;
    const { id, name, clusters } = this.#current;
    const folder = allocationPath(this.#deps.storeFolder, id);
    sayNoMore(folder);
    if (tasksIn(folder).length === 0) await cancelWaiting(name, clusters, this.#deps.commands);
  }

  async #submitAll(batch: readonly Waiting[]): Promise<void> {
    for (let members = wanted(batch); members.length > 0; members = wanted(members)) {
      const refused = await this.#provide(members);
      if (refused !== undefined) {
        for (const { resolve } of members) resolve(refused);
        return;
      }
      if (await this.#join(members)) return;
    }
  }

  /** Sees to it that there is an allocation. */
  async #provide(members: readonly Waiting[]): Promise<NotSubmitted | undefined> {
    const [first] = members;
    if (this.#current !== undefined || first === undefined) return undefined;
    const wantedOne = this.#newAllocation(members.map(({ request }) => request));
    this.#current = await this.#find(wantedOne);
    if (this.#current !== undefined) return undefined;
    await writeAllocation(this.#deps.storeFolder, wantedOne);
    const refused = await submitInsistently(this.#jobOf(wantedOne), this.#deps, first.request.signal);
    if (refused === undefined) this.#current = wantedOne;
    else removeAllocation(this.#deps.storeFolder, wantedOne.id);
    return refused;
  }

  #newAllocation(requests: readonly SubmissionRequest[]): Allocation {
    const { settings } = this.#deps;
    const asking = [...this.#planned, ...requests.map(({ amounts, secrets }) => ({ resources: amounts, secrets }))];
    const size = allocationSize(settings.allocation, asking);
    const secrets = [...new Set(asking.flatMap((each) => each.secrets))];
    const words = allocationWords(size, secrets, settings);
    const id = newSubmissionId();
    const { graceSeconds } = settings;
    return { format: 1, id, name: jobName(id), size, graceSeconds, clusters: clusterWords(words), words };
  }

  /**
   * One of an earlier run that asked for the same, and is in the queue. Leftovers of those that are over are removed.
   */
  async #find({ words, clusters }: Allocation): Promise<Allocation | undefined> {
    const { storeFolder, commands } = this.#deps;
    const known = this.#hasLooked ? [] : readAllocations(storeFolder);
    this.#hasLooked = true;
    if (known.length === 0) return undefined;
    const answer = await askQueue(commands, JOB_PREFIX, clusters);
    if (answer.kind !== 'queue') return undefined;
    const inUse = new Set(readSubmissions(storeFolder).map(({ allocation }) => allocation));
    const living = known.filter(({ id, name, clusters: its }) => {
      const entry = answer.queue.get(entryKey(name, undefined));
      const isThere = entry !== undefined && !hasEnded(entry.state);
      if (!isThere && !inUse.has(id) && its.join() === clusters.join()) removeAllocation(storeFolder, id);
      return isThere;
    });
    const found = living.find((each) => each.words.join(' ') === words.join(' '));
    if (found !== undefined) takeBackNoMore(allocationPath(storeFolder, found.id));
    return found;
  }

  /** False if the allocation has ended meanwhile. */
  async #join(members: readonly Waiting[]): Promise<boolean> {
    const { storeFolder } = this.#deps;
    if (this.#current === undefined) return false;
    const { id, words } = this.#current;
    const submission = await prepareSubmission(storeFolder, members, words, id);
    for (const index of members.keys()) {
      if (addTask(storeFolder, id, taskName(submission.id, index))) continue;
      this.#current = undefined;
      return false;
    }
    for (const [index, { resolve }] of members.entries()) resolve({ kind: 'submitted', submission, index });
    return true;
  }

  #jobOf({ id, name, clusters, words }: Allocation) {
    const { storeFolder, allocationProgram } = this.#deps;
    const comment = { pretext: allocationPath(storeFolder, id) };
    const output = jobOutputPath(storeFolder, id, undefined);
    const command = [process.execPath, allocationProgram, storeFolder, id].map(shellWord).join(' ');
    return {
      ...{ name, clusters, subject: 'The allocation' },
      words: [...words, ...ownWords({ name, comment, output, folder: storeFolder })],
      // The shell becomes the program, so that the program gets Slurm's signals.
      script: `#!/bin/sh\nexec ${command}\n`,
    };
  }
}
