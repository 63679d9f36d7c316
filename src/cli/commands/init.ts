/** `pipeline init`: a small pipeline that runs, to begin from. */
import path from 'node:path';
import { appendMissingLines } from '../init/append-lines.ts';
import { templateFiles, writeNew } from '../init/template.ts';
import type { TemplateName } from '../init/template-names.ts';
import { workflowFile, type CiService } from '../init/workflow.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { Refusal } from '../refusal.ts';
import { shellWord } from '../../util/shell-word.ts';
import type { Terminal } from '../terminal.ts';

export interface InitOptions {
  readonly template: TemplateName;
  /** Only the workflow of this service is written. */
  readonly ci?: CiService;
}

/** Throws a Refusal that lists every file in the way; then nothing is written. */
export async function init(folder: string, options: InitOptions, terminal: Terminal): Promise<ExitCode> {
  const target = path.resolve(terminal.folder, folder);
  if (options.ci !== undefined) return initWorkflow(folder, target, options.ci, terminal);
  const { template } = options;
  const { files, ignored } = await templateFiles(template, target);
  const inTheWay = await writeNew(files, target);
  if (inTheWay.length > 0) throw filesInTheWay(inTheWay, folder, 'Name another folder: pipeline init FOLDER.');
  const appended = await appendMissingLines(path.join(target, '.gitignore'), ignored);
  const write = (line: string) => {
    terminal.results.write(`${line}\n`);
  };
  for (const { name } of files) write(`wrote ${path.join(folder, name)}`);
  if (appended.length > 0) write(`added ${appended.join(' ')} to ${path.join(folder, '.gitignore')}`);
  write(`\nNext: ${target === terminal.folder ? '' : `cd ${shellWord(folder)} && `}pipeline run`);
  return exitCode.done;
}

async function initWorkflow(folder: string, target: string, service: CiService, terminal: Terminal): Promise<ExitCode> {
  const file = await workflowFile(service);
  const inTheWay = await writeNew([file], target);
  if (inTheWay.length > 0) throw filesInTheWay(inTheWay, folder, 'Move it away, and compare the two.');
  terminal.results.write(
    `wrote ${path.join(folder, file.name)}\n\nNext: adapt REPORT in it, then commit it with the lockfile and the committed outputs.\n`,
  );
  return exitCode.done;
}

function filesInTheWay(names: readonly string[], folder: string, remedy: string): Refusal {
  return new Refusal(
    names.map((name) => ({
      code: 'file-in-the-way',
      severity: 'error',
      message: `${path.join(folder, name)} exists already; nothing was written`,
      remedy,
    })),
  );
}
