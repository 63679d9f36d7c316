/** Processes that stages of dead runners left running, although runner and guard are gone (`kill -9` of both). */
import { setTimeout as sleep } from 'node:timers/promises';
import { processStatus } from '../../util/process-status.ts';
import { isRunnerGone, placeTag } from './execution-tag.ts';
import { commandOf, send, taggedProcesses, type TaggedProcess } from './stage-processes.ts';
import { TagSearch } from './tag-search.ts';

export interface Orphan {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

const POLL_MS = 20;
/** A process that cannot be killed waits for a disk or a device; nothing helps then. */
const PATIENCE_MS = 5000;
/** 10 s: an older process of a stage hardly replaces its program at this very moment. */
const RECENT_TICKS = 1000;

/** Kills every process of this user that a stage of this store left behind, and waits for its end. */
export async function endOrphans(storeFolder: string): Promise<readonly Orphan[]> {
  const place = placeTag(storeFolder);
  const ended = new Map<number, Orphan>();
  const until = performance.now() + PATIENCE_MS;
  const search = new TagSearch(Number(processStatus(process.pid)?.started ?? 0) - RECENT_TICKS);
  while (performance.now() < until) {
    search.begin();
    const left = orphans(place, search);
    if (left.length === 0 && !search.isUnclear) break;
    for (const { pid } of left) {
      if (!ended.has(pid)) ended.set(pid, { pid, command: commandOf(pid) });
      send(pid, 'SIGKILL');
    }
    await sleep(POLL_MS);
  }
  return [...ended.values()];
}

/** A stage may itself run a pipeline: this process and those that started it are none. */
function orphans(place: string, search: TagSearch): TaggedProcess[] {
  const own = new Set(lineOf(process.pid));
  return taggedProcesses(place, search).filter(({ pid, rest }) => !own.has(pid) && isRunnerGone(rest));
}

/** A process and its ancestors. */
function lineOf(pid: number): number[] {
  const parent = processStatus(pid)?.parent;
  return parent === undefined || parent === 0 ? [pid] : [pid, ...lineOf(parent)];
}
