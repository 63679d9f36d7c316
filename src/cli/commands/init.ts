/** `pipeline init`: a small pipeline that runs, to begin from. */
import path from 'node:path';
import { appendMissingLines } from '../init/append-lines.ts';
import { templateFiles, writeNew } from '../init/template.ts';
import type { TemplateName } from '../init/template-names.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { Refusal } from '../refusal.ts';
import { shellWord } from '../../util/shell-word.ts';
import type { Terminal } from '../terminal.ts';

export interface InitOptions {
  readonly template: TemplateName;
}

/** Throws a Refusal that lists every file in the way; then nothing is written. */
export async function init(folder: string, { template }: InitOptions, terminal: Terminal): Promise<ExitCode> {
  const target = path.resolve(terminal.folder, folder);
  const { files, ignored } = await templateFiles(template, target);
  const inTheWay = await writeNew(files, target);
  if (inTheWay.length > 0) {
    throw new Refusal(
      inTheWay.map((name) => ({
        code: 'file-in-the-way',
        severity: 'error',
        message: `${path.join(folder, name)} exists already; nothing was written`,
        remedy: 'Name another folder: pipeline init FOLDER.',
      })),
    );
  }
  const appended = await appendMissingLines(path.join(target, '.gitignore'), ignored);
  const write = (line: string) => {
    terminal.results.write(`${line}\n`);
  };
  for (const { name } of files) write(`wrote ${path.join(folder, name)}`);
  if (appended.length > 0) write(`added ${appended.join(' ')} to ${path.join(folder, '.gitignore')}`);
  write(`\nNext: ${target === terminal.folder ? '' : `cd ${shellWord(folder)} && `}pipeline run`);
  return exitCode.done;
}
