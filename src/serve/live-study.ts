/** One study: its plan, the runs that have to do with it, its results; told as parts of the state. */
import { readFileSync } from 'node:fs';
import type { InstanceId } from '../formats/identity.ts';
import type { RunRecord } from '../formats/run-record.ts';
import { producersOf } from '../runner/execution/priorities.ts';
import { recordOf, type Plan } from '../runner/plan.ts';
import { parseRecord, recordFile, recordKeyOf, type RecordKey } from '../runner/store/record-file.ts';
import { drawStages, type StageNode } from './drawing.ts';
import type { FollowedInstance, FollowedRun } from './followed-run.ts';
import { FollowedSeries } from './followed-series.ts';
import { instanceState, type PlannedInstance } from './instance-state.ts';
import { readBlob, shownFiles, type ShownFile } from './shown-output.ts';
import type { InstanceState } from './state.ts';
import type { VersionedParts } from './versioned-parts.ts';

interface StudyDeps {
  readonly parts: VersionedParts;
  readonly storeFolder: string;
  readonly number: number;
  readonly name: string;
  readonly file: string;
  readonly isHome: boolean;
  /** When the server was started. */
  readonly began: number;
}

/** Results that are read in one update, so that a study with thousands of them delays nobody. */
const RESULTS_AT_ONCE = 16;

interface Member {
  readonly stage: string;
  readonly reads: readonly InstanceId[];
}

export class LiveStudy {
  readonly #deps: StudyDeps;
  #plan: ReadonlyMap<InstanceId, PlannedInstance> | undefined;
  #problem: string | undefined;
  readonly #runs: FollowedRun[] = [];
  #members: ReadonlyMap<InstanceId, Member> = new Map();
  readonly #changed = new Set<InstanceId>();
  /** Their series are read once more, because the last lines came just before the end. */
  readonly #ended = new Set<InstanceId>();
  #areMembersOld = true;
  #drawn = '';
  readonly #series = new Map<InstanceId, FollowedSeries>();
  /** Results that are still to be read. */
  readonly #results = new Map<InstanceId, RecordKey>();
  /** Keys of the results that were read. */
  readonly #read = new Map<InstanceId, string>();
  readonly #shown = new Map<InstanceId, readonly ShownFile[]>();

  constructor(deps: StudyDeps) {
    this.#deps = deps;
    this.#tellStudy([]);
  }

  setPlan({ entries }: Plan, at: number): void {
    this.#plan = new Map(entries.map((entry) => [entry.instance.id, { entry, at }]));
    this.#problem = undefined;
    this.#areMembersOld = true;
  }

  /** The plan before stays. */
  setProblem(message: string): void {
    this.#problem = message;
    this.#areMembersOld = true;
  }

  follow(run: FollowedRun, changed: ReadonlySet<InstanceId>): void {
    if (!this.#runs.includes(run)) {
      this.#runs.push(run);
      this.#areMembersOld = true;
    }
    for (const id of changed) this.#changed.add(id);
    this.#tellRun(run);
  }

  update({ readsSeries }: { readonly readsSeries: boolean }): void {
    if (this.#areMembersOld) this.#renewMembers();
    for (const id of this.#changed) {
      this.#tellInstance(id);
      if (this.#series.has(id)) this.#ended.add(id);
    }
    this.#changed.clear();
    if (readsSeries) for (const [id, instance] of this.#atWork()) this.#followSeries(id, instance);
    this.#readResults();
  }

  instanceOf(key: string): InstanceId | undefined {
    const id = key.slice(this.#prefix('instance').length) as InstanceId;
    return key.startsWith(this.#prefix('instance')) && this.#members.has(id) ? id : undefined;
  }

  shownFile(digest: string): ShownFile | undefined {
    for (const files of this.#shown.values()) for (const file of files) if (file.digest === digest) return file;
    return undefined;
  }

  #prefix(kind: 'instance' | 'picture' | 'page'): string {
    return `${kind}/${this.#deps.number}/`;
  }

  /** The plan says which instances there are. Runs of now add those that only they have, by `--set` for instance. */
  #renewMembers(): void {
    this.#areMembersOld = false;
    const members = new Map<InstanceId, Member>();
    for (const [id, { entry }] of this.#plan ?? [])
      members.set(id, { stage: entry.instance.stage, reads: producersOf(entry.instance) });
    for (const run of this.#runs.filter((each) => this.#isOfNow(each)))
      for (const { id, stage, reads } of run.begun?.instances ?? []) members.set(id, { stage, reads });
    for (const id of this.#members.keys()) if (!members.has(id)) this.#drop(id);
    this.#members = members;
    for (const id of members.keys()) this.#changed.add(id);
    this.#tellStudy(stagesOf(members));
  }

  #isOfNow(run: FollowedRun): boolean {
    return run.state === 'running' || run.heard >= this.#deps.began;
  }

  #drop(id: InstanceId): void {
    this.#deps.parts.drop(this.#prefix('instance') + id);
    this.#series.get(id)?.drop();
    this.#series.delete(id);
    this.#showFiles(id, []);
    this.#read.delete(id);
    this.#results.delete(id);
  }

  #tellStudy(stages: readonly StageNode[]): void {
    const { parts, number, name, file, isHome } = this.#deps;
    const signature = JSON.stringify([stages, this.#problem]);
    if (signature === this.#drawn || (!isHome && stages.length === 0)) return;
    this.#drawn = signature;
    parts.set(`study/${number}`, {
      ...{ number, name, file, isHome, stages: stages.map((stage) => stage.name) },
      wide: drawStages(stages, 'right'),
      tall: drawStages(stages, 'down'),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    });
  }

  #tellRun(run: FollowedRun): void {
    if (run.begun === undefined) return;
    const { id, state, heard, seconds } = run;
    const { host, targets, time } = run.begun;
    this.#deps.parts.set(`run/${id}`, {
      ...{ id, state, heard, host, targets, study: this.#deps.number, started: Date.parse(time) },
      ...(seconds !== undefined && { seconds }),
    });
  }

  #tellInstance(id: InstanceId): void {
    if (!this.#members.has(id)) return;
    const told = this.#runs.flatMap((run) => {
      const instance = run.instances.get(id);
      return instance === undefined ? [] : [{ run, instance }];
    });
    const state = instanceState(this.#deps.number, this.#plan?.get(id), told);
    if (state === undefined) return;
    this.#deps.parts.set(this.#prefix('instance') + id, state);
    this.#wantResult(
      id,
      state,
      told.map(({ instance }) => instance),
    );
  }

  /** Running instances, and unfinished ones whose series were not read yet. */
  *#atWork(): Iterable<[InstanceId, FollowedInstance]> {
    for (const run of this.#runs)
      for (const [id, instance] of run.instances) {
        if (instance.started === undefined || instance.status === 'done' || !this.#members.has(id)) continue;
        const isNew = !this.#series.has(id) && !this.#read.has(id);
        const isRunning = run.state === 'running' && instance.status === 'running';
        if (isNew || isRunning || this.#ended.delete(id)) yield [id, instance];
      }
  }

  #followSeries(id: InstanceId, { fingerprint }: FollowedInstance): void {
    if (fingerprint !== undefined) this.#seriesOf(id).follow(this.#deps.storeFolder, fingerprint);
  }

  #seriesOf(id: InstanceId): FollowedSeries {
    const known = this.#series.get(id);
    if (known !== undefined) return known;
    const series = new FollowedSeries(this.#deps.parts, this.#deps.number, id);
    this.#series.set(id, series);
    return series;
  }

  #wantResult(id: InstanceId, { status }: InstanceState, told: readonly FollowedInstance[]): void {
    if (status !== 'done') return;
    const newest = [...told].sort((a, b) => b.at - a.at).find(({ result }) => result !== undefined);
    const planned = this.#plan?.get(id);
    const record = planned === undefined ? undefined : recordOf(planned.entry.verdict);
    const isPlanned = record !== undefined && planned !== undefined && planned.at >= (newest?.at ?? 0);
    const key = isPlanned ? recordKeyOf(record) : newest?.result;
    if (key !== undefined && this.#read.get(id) !== key.result) this.#results.set(id, key);
  }

  #readResults(): void {
    for (const [id, key] of [...this.#results].slice(0, RESULTS_AT_ONCE)) {
      this.#results.delete(id);
      this.#read.set(id, key.result);
      const record = readRecord(this.#deps.storeFolder, key);
      if (record !== undefined) this.#takeResult(id, record);
    }
  }

  #takeResult(id: InstanceId, { outputs, execution }: RunRecord): void {
    this.#showFiles(id, shownFiles(this.#deps.storeFolder, outputs));
    const series = execution.series && readBlob(this.#deps.storeFolder, execution.series.digest);
    if (series !== undefined) this.#seriesOf(id).replace(series.toString('utf8'));
  }

  #showFiles(id: InstanceId, files: readonly ShownFile[]): void {
    const { parts, number } = this.#deps;
    const keyOf = ({ kind }: ShownFile, index: number): string => `${this.#prefix(kind)}${id}/${index}`;
    const before = this.#shown.get(id) ?? [];
    before.slice(files.length).forEach((file, index) => {
      parts.drop(keyOf(file, files.length + index));
    });
    files.forEach(({ kind, output, file, digest }, index) => {
      const old = before[index];
      if (old !== undefined && old.kind !== kind) parts.drop(keyOf(old, index));
      parts.set(`${this.#prefix(kind)}${id}/${index}`, { study: number, instance: id, output, file, digest });
    });
    if (files.length === 0) this.#shown.delete(id);
    else this.#shown.set(id, files);
  }
}

function stagesOf(members: ReadonlyMap<InstanceId, Member>): StageNode[] {
  const reads = new Map<string, Set<string>>();
  for (const member of members.values()) {
    const known = reads.get(member.stage) ?? new Set();
    for (const id of member.reads) known.add(members.get(id)?.stage ?? '');
    reads.set(member.stage, known);
  }
  return [...reads].map(([name, from]) => ({ name, reads: [...from].filter((stage) => stage !== '') }));
}

/** Undefined: a sweep has deleted it, or it is damaged. */
function readRecord(storeFolder: string, key: RecordKey): RunRecord | undefined {
  try {
    return parseRecord(readFileSync(recordFile(storeFolder, key), 'utf8'), key);
  } catch {
    return undefined;
  }
}
