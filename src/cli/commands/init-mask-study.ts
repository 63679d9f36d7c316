/**
 * `pipeline init study --task segmentation`: looks at images and masks, and writes the pipeline file of their study.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspectMasks, type MaskInspection } from '../../learn/dataset/masks/inspect-masks.ts';
import { appendMissingLines } from '../init/append-lines.ts';
import { schemaFrom } from '../init/template.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { refuse } from '../refusal.ts';
import { maskStudyPipeline } from '../study/mask-pipeline-text.ts';
import type { Terminal } from '../terminal.ts';
import { table } from '../text/table.ts';
import { FILE, nameOf, requireFreeFolder, shown, type InitStudyOptions } from './init-study.ts';

/** Throws a Refusal where something is missing or open; then nothing is written. */
export async function initMaskStudy(options: InitStudyOptions, terminal: Terminal): Promise<ExitCode> {
  requireFreeFolder(terminal.folder);
  refuseUseless(options);
  const absolute = (written: string) => path.resolve(terminal.folder, written);
  const { classes, domain, masks } = options;
  const request = {
    images: absolute(options.images),
    ...(masks !== undefined && { masks: absolute(masks) }),
    groupFolders: options.group === 'folder',
    ...(classes !== undefined && { classNames: classes.split(',').map((name) => name.trim()) }),
    ...(domain !== undefined && { domain }),
    leaveOut: options.leaveOut === true,
  };
  terminal.messages.write(`looking at ${options.images}\n`);
  const found = await inspectMasks(request);
  if (!found.ok) throw refuse('study-data', found.error.message, { remedy: found.error.remedy });
  const text = maskStudyPipeline(
    {
      ...request,
      name: nameOf(request.images),
      schema: schemaFrom(terminal.folder),
      images: shown(request.images, options.images, terminal.folder),
      ...(masks !== undefined && { masks: shown(absolute(masks), masks, terminal.folder) }),
    },
    found.value,
  );
  await writeFile(path.join(terminal.folder, FILE), text, { flag: 'wx' });
  const appended = await appendMissingLines(path.join(terminal.folder, '.gitignore'), ['/cache/']);
  if (options.json) terminal.results.write(`${JSON.stringify({ format: 1, file: FILE, ...found.value }, null, 2)}\n`);
  else writeFindings(found.value, appended, terminal);
  return exitCode.done;
}

/** Options about labels of whole images would have no effect, and nobody would notice. */
function refuseUseless({ labels, imageColumn, labelColumn, splitColumn, findings, group }: InitStudyOptions): void {
  const names = { '--labels': labels, '--image-column': imageColumn, '--label-column': labelColumn };
  const given = Object.entries({ ...names, '--split-column': splitColumn, '--findings': findings }).find(
    ([, value]) => value !== undefined,
  );
  if (given !== undefined)
    throw refuse('study-data', `${given[0]} names labels of whole images; --task segmentation reads masks`, {
      remedy: 'Leave the option out. A folder of masks is named by --masks FOLDER.',
    });
  if (group !== undefined && group !== 'folder')
    throw refuse('study-data', `--group ${group} names a column, but masks come without a table`, {
      remedy: 'Put the images of each patient into a folder, and add --group folder.',
    });
}

function writeFindings(found: MaskInspection, appended: readonly string[], { results }: Terminal): void {
  const { images, unmasked, classes, domain, groups, published, subsets, faults, notices } = found;
  const [fault] = faults;
  const rows: (readonly [string, string])[] = [
    ['images', `${images} with a mask${unmasked > 0 ? `, ${unmasked} without: for pre-training alone` : ''}`],
    ['classes', `background and ${classes.join(', ')}`],
    ['kind', domain],
    ['groups', groups === images ? 'none known: each image counts as a group of its own' : String(groups)],
    [
      'split',
      `${subsets.train} training, ${subsets.validation} validation, ${subsets.test} test: ` +
        (published ? "the data's own test set" : 'drawn by groups'),
    ],
    ['looked at', 'names of all files, and all masks whole'],
    ...notices.map((notice) => ['note', notice] as const),
    ...(fault === undefined
      ? []
      : [['left out', `${faults.length} image(s): ${fault.file}: ${fault.reason}, and so on`] as const]),
  ];
  const layout = [{ title: 'data' }, { title: 'found', fold: true }];
  const cells = rows.map(([subject, finding]) => [{ text: subject }, { text: finding }]);
  const lines = [
    ...table(layout, cells, results.columns(), results.colors.dim),
    '',
    `wrote ${FILE}${appended.length > 0 ? `, and ${appended.join(' ')} into .gitignore` : ''}`,
    '',
    'Next: npx pipeline run',
  ];
  results.write(`${lines.join('\n')}\n`);
}
