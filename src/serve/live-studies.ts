/**
 * All studies on one store, as parts of the state: the plan of the one that the server was started for, and the runs of
 * all. It only reads.
 */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { InstanceId } from '../formats/identity.ts';
import type { RunId } from '../formats/past-run.ts';
import { isRunId, journalFolder } from '../runner/history/journal-files.ts';
import type { Plan } from '../runner/plan.ts';
import { byCodeUnit } from '../util/canonical-json.ts';
import { FollowedRun, type RunWords } from './followed-run.ts';
import { LiveStudy } from './live-study.ts';
import type { News } from './state.ts';
import type { VersionedParts } from './versioned-parts.ts';

/** A look at the project. */
export type Look =
  | { readonly kind: 'plan'; readonly plan: Plan }
  /** The pipeline file has a fault, for example. */
  | { readonly kind: 'problem'; readonly message: string };

export interface StudiesDeps {
  readonly parts: VersionedParts;
  /** Absolute, as all paths here. */
  readonly storeFolder: string;
  readonly home: { readonly root: string; readonly file: string; readonly name: string };
  /** When one of these files changes, the plan is made anew: the pipeline file, the lockfile. */
  readonly concerning: readonly string[];
  /** Decides anew about every instance. It only reads. */
  readonly look: () => Promise<Look>;
  readonly words: RunWords;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** New journals, and changed files of the project. */
const SEARCH_MS = 2000;
/** Series are read in each second update: a page draws all curves anew for them. */
const SERIES_TURNS = 2;
const MOST_NEWS = 80;

export class LiveStudies {
  readonly #deps: StudiesDeps;
  readonly #began: number;
  readonly #runs = new Map<RunId, FollowedRun>();
  /** By root and pipeline file; the first is that of the server. */
  readonly #studies = new Map<string, LiveStudy>();
  readonly #home: LiveStudy;
  #searched = -Infinity;
  #stamp = '';
  #looking: Promise<void> | undefined;
  #isPlanOld = true;
  #newsCount = 0;
  #updates = 0;

  constructor(deps: StudiesDeps) {
    this.#deps = deps;
    this.#began = deps.now();
    const { root, file, name } = deps.home;
    const relative = path.relative(root, file).split(path.sep).join('/');
    this.#home = this.#addStudy(root, relative, name);
  }

  /** Brings the parts up to date. A new plan comes later. */
  update(): void {
    const now = this.#deps.now();
    if (now - this.#searched >= SEARCH_MS) {
      this.#searched = now;
      this.#findJournals();
      this.#lookForChanges();
    }
    for (const run of this.#runs.values()) this.#follow(run);
    const readsSeries = this.#updates++ % SERIES_TURNS === 0;
    for (const study of this.#studies.values()) study.update({ readsSeries });
    if (this.#isPlanOld) void this.look();
  }

  /** The place of a part of an instance; undefined: there is none. */
  instanceOf(key: string): InstanceId | undefined {
    for (const study of this.#studies.values()) {
      const id = study.instanceOf(key);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  /** A file that the page was told of, by its digest. */
  shownFile(digest: string) {
    for (const study of this.#studies.values()) {
      const file = study.shownFile(digest);
      if (file !== undefined) return file;
    }
    return undefined;
  }

  /** Makes the plan anew. One at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#plan().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #plan(): Promise<void> {
    this.#isPlanOld = false;
    const at = this.#deps.now();
    const found = await this.#deps.look();
    if (found.kind === 'plan') this.#home.setPlan(found.plan, at);
    else this.#home.setProblem(found.message);
    this.#home.update({ readsSeries: true });
  }

  #follow(run: FollowedRun): void {
    const before = run.state;
    const changed = run.read();
    for (const news of run.takeNews()) this.#tell(news);
    if (run.begun === undefined) return;
    const { root, pipeline, name } = run.begun;
    const study = this.#studies.get(keyOf(root, pipeline)) ?? this.#addStudy(root, pipeline, name);
    study.follow(run, changed);
    if (study === this.#home && before === 'running' && run.state !== 'running') this.#isPlanOld = true;
  }

  #addStudy(root: string, file: string, name: string): LiveStudy {
    const { parts, storeFolder } = this.#deps;
    const number = this.#studies.size;
    const study = new LiveStudy({ parts, storeFolder, number, name, file, isHome: number === 0, began: this.#began });
    this.#studies.set(keyOf(root, file), study);
    return study;
  }

  /** The oldest first, so that news come in their order. */
  #findJournals(): void {
    const folder = journalFolder(this.#deps.storeFolder);
    for (const id of namesIn(folder).filter(isRunId).sort(byCodeUnit) as RunId[]) {
      if (this.#runs.has(id)) continue;
      this.#runs.set(id, new FollowedRun(path.join(folder, id), id, this.#deps.words, this.#deps.now));
    }
  }

  #lookForChanges(): void {
    const stamp = this.#deps.concerning.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join();
    const isAtWork = [...this.#runs.values()].some(({ state }) => state === 'running');
    // A runner writes the lockfile after each success; its journal tells more.
    if (stamp === this.#stamp || isAtWork) return;
    this.#isPlanOld ||= this.#stamp !== '';
    this.#stamp = stamp;
  }

  #tell(news: News): void {
    const key = (number: number): string => `news/${String(number).padStart(8, '0')}`;
    this.#deps.parts.set(key(this.#newsCount), news);
    if (this.#newsCount >= MOST_NEWS) this.#deps.parts.drop(key(this.#newsCount - MOST_NEWS));
    this.#newsCount++;
  }
}

const keyOf = (root: string, file: string): string => JSON.stringify([root, file]);

/** A store that cannot be read now has no journals to see. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
