/** `pipeline logs <instance>`: the log of the last attempt, and with `--follow` what is still added to it. */
import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Ledger } from '../../runner/ledger.ts';
import type { Instance } from '../../runner/pipeline.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';
import { openWorkspace, selectOne, withLedger, type WorkspaceOptions } from '../workspace.ts';

export interface LogsOptions extends WorkspaceOptions {
  readonly follow?: boolean;
}

const LOOK_AGAIN_MS = 200;

export async function logs(target: string, options: LogsOptions, terminal: Terminal): Promise<ExitCode> {
  const workspace = await openWorkspace(options, terminal);
  const instance = selectOne(workspace.pipeline, target);
  return withLedger(workspace, async (ledger) => {
    const file = await lastLog(ledger, instance);
    terminal.messages.write(`${terminal.messages.colors.dim(workspace.show(file))}\n`);
    const log = await open(file);
    try {
      const decoder = new StringDecoder('utf8');
      let position = await copyFrom(log, 0, decoder, terminal);
      // It ends with Ctrl-C, as `tail -f` does: a log cannot tell whether its writer is only pausing.
      while (options.follow) {
        await pause();
        position = await copyFrom(log, position, decoder, terminal);
      }
    } finally {
      await log.close();
    }
    return exitCode.done;
  });
}

async function lastLog(ledger: Ledger, { id }: Instance): Promise<string> {
  const file = (await ledger.logs(id)).at(-1);
  if (file === undefined) throw refuse('no-log', `there is no log of ${id}`, { remedy: `It has not been executed here yet: pipeline run ${id}` });
  return file;
}

/** Writes what the file holds from a position on; returns the position after it. */
async function copyFrom(log: FileHandle, position: number, decoder: StringDecoder, { results }: Terminal): Promise<number> {
  const buffer = Buffer.alloc(64 * 1024);
  for (let at = position; ; ) {
    const { bytesRead } = await log.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return at;
    results.write(decoder.write(buffer.subarray(0, bytesRead)));
    at += bytesRead;
  }
}

const pause = (): Promise<void> => new Promise((resume) => setTimeout(resume, LOOK_AGAIN_MS));
