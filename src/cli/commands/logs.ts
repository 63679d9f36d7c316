/**
 * `pipeline logs <instance>`: the log of the last attempt; with `--follow` it follows the log, across attempts, until
 * the instance has ended.
 */
import { existsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { OpenPipeline } from '../../runner/open-pipeline.ts';
import type { Instance } from '../../runner/pipeline.ts';
import { isLeased } from '../../runner/resources/lease.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import {
  openProject,
  selectTargets,
  selectOne,
  withOpenPipeline,
  type Project,
  type ProjectOptions,
} from '../project.ts';

export interface LogsOptions extends ProjectOptions {
  readonly follow?: boolean;
}

const LOOK_AGAIN_MS = 200;

export async function logs(target: string, options: LogsOptions, terminal: Terminal): Promise<ExitCode> {
  const project = await openProject(options, terminal);
  const instance = selectOne(project.pipeline, target);
  return withOpenPipeline(project, async (opened) => {
    const isRunning = options.follow ? await watchExecution(instance, opened, project) : () => false;
    let shown: string | undefined;
    for (;;) {
      const file = await lastLog(opened, instance);
      if (file !== shown) await print((shown = file), () => isRunning(), opened, instance, project, terminal);
      // One attempt has ended; the next one may begin after a delay.
      if (!isRunning()) break;
      await pause();
    }
    const last = await lastLog(opened, instance);
    if (last !== shown) await print(last, () => false, opened, instance, project, terminal);
    return exitCode.done;
  });
}

/** Watches if any runner still executes the instance, including retries and the pauses between them. */
async function watchExecution(
  instance: Instance,
  opened: OpenPipeline,
  { pipeline, storeFolder }: Project,
): Promise<() => boolean> {
  const { selected } = selectTargets(pipeline, [instance.id]);
  const plan = await opened.planner.plan(selected, { force: new Set() });
  const verdict = plan.entries.find((entry) => entry.instance.id === instance.id)?.verdict;
  const fingerprint = verdict === undefined || verdict.kind === 'blocked' ? undefined : verdict.fingerprint;
  const leases = path.join(storeFolder, 'leases');
  return () => fingerprint !== undefined && existsSync(leases) && isLeased(path.join(leases, fingerprint));
}

/** Prints a log to its end. It follows the log while the instance runs and no later attempt has begun. */
async function print(
  file: string,
  isRunning: () => boolean,
  opened: OpenPipeline,
  instance: Instance,
  { show }: Project,
  terminal: Terminal,
): Promise<void> {
  terminal.messages.write(`${terminal.messages.colors.dim(show(file))}\n`);
  const log = await open(file);
  try {
    const decoder = new StringDecoder('utf8');
    let position = 0;
    for (;;) {
      // This question comes first, so that lines written before the answer are printed after it.
      const goesOn = isRunning() && (await lastLog(opened, instance)) === file;
      position = await copyFrom(log, position, decoder, terminal);
      if (!goesOn) return;
      await pause();
    }
  } finally {
    await log.close();
  }
}

async function lastLog(opened: OpenPipeline, { id }: Instance): Promise<string> {
  const file = (await opened.results.logs(id)).at(-1);
  if (file === undefined)
    throw refuse('no-log', `there is no log of ${id}`, {
      remedy: `It has not been executed here yet: pipeline run ${id}`,
    });
  return file;
}

/** Writes the file's content from a position on; returns the position after it. */
async function copyFrom(
  log: FileHandle,
  position: number,
  decoder: StringDecoder,
  { results }: Terminal,
): Promise<number> {
  const buffer = Buffer.alloc(64 * 1024);
  for (let at = position; ;) {
    const { bytesRead } = await log.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return at;
    results.write(decoder.write(buffer.subarray(0, bytesRead)));
    at += bytesRead;
  }
}

const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
