/**
 * `pipeline init study --task segmentation` and `--task detection`: looks at images with masks, boxes or landmarks, and
 * writes the pipeline file of their study.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspectBoxes } from '../../learn/dataset/boxes/inspect-boxes.ts';
import type { Obstacle } from '../../learn/dataset/inspect/request.ts';
import type { TaskInspection } from '../../learn/dataset/inspect/task-inspection.ts';
import { inspectMasks } from '../../learn/dataset/masks/inspect-masks.ts';
import { ok, type Result } from '../../util/result.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { appendMissingLines } from '../init/append-lines.ts';
import { schemaFrom } from '../init/template.ts';
import { refuse } from '../refusal.ts';
import { taskStudyPipeline, type TaskName } from '../study/task-pipeline-text.ts';
import type { Terminal } from '../terminal.ts';
import { table } from '../text/table.ts';
import { FILE, nameOf, requireFreeFolder, shown, type InitStudyOptions } from './init-study.ts';

interface Found {
  readonly inspection: TaskInspection;
  /** The first rows of the findings. */
  readonly about: readonly (readonly [subject: string, finding: string])[];
}

/** Throws a Refusal where something is missing or open; then nothing is written. */
export async function initTaskStudy(task: TaskName, options: InitStudyOptions, terminal: Terminal): Promise<ExitCode> {
  requireFreeFolder(terminal.folder);
  refuseUseless(task, options);
  const absolute = (written: string) => path.resolve(terminal.folder, written);
  const { classes, domain } = options;
  const elsewhere = task === 'segmentation' ? options.masks : options.labels;
  const request = {
    images: absolute(options.images),
    ...(elsewhere !== undefined && { elsewhere: absolute(elsewhere) }),
    groupFolders: options.group === 'folder',
    ...(classes !== undefined && { classNames: classes.split(',').map((name) => name.trim()) }),
    ...(domain !== undefined && { domain }),
    leaveOut: options.leaveOut === true,
  };
  terminal.messages.write(`looking at ${options.images}\n`);
  const found = await LOOKS[task](request);
  if (!found.ok) throw refuse('study-data', found.error.message, { remedy: found.error.remedy });
  const { inspection } = found.value;
  const text = taskStudyPipeline(
    task,
    {
      ...request,
      name: nameOf(request.images),
      schema: schemaFrom(terminal.folder),
      images: shown(request.images, options.images, terminal.folder),
      ...(elsewhere !== undefined && { elsewhere: shown(absolute(elsewhere), elsewhere, terminal.folder) }),
    },
    inspection,
  );
  await writeFile(path.join(terminal.folder, FILE), text, { flag: 'wx' });
  const appended = await appendMissingLines(path.join(terminal.folder, '.gitignore'), ['/cache/']);
  if (options.json) terminal.results.write(`${JSON.stringify({ format: 1, file: FILE, ...inspection }, null, 2)}\n`);
  else writeFindings(found.value, appended, terminal);
  return exitCode.done;
}

interface LookRequest extends Omit<Parameters<typeof inspectMasks>[0], 'masks'> {
  readonly elsewhere?: string;
}

const LOOKS: Readonly<Record<TaskName, (request: LookRequest) => Promise<Result<Found, Obstacle>>>> = {
  segmentation: async ({ elsewhere, ...request }) => {
    const found = await inspectMasks({ ...request, ...(elsewhere !== undefined && { masks: elsewhere }) });
    if (!found.ok) return found;
    const { images, unmasked, classes } = found.value;
    const more = unmasked > 0 ? `, ${unmasked} without: for pre-training alone` : '';
    return ok({
      inspection: found.value,
      about: [
        ['images', `${images} with a mask${more}`],
        ['classes', `background and ${classes.join(', ')}`],
        ['looked at', 'names of all files, and all masks whole'],
      ],
    });
  },
  detection: async ({ elsewhere, ...request }) => {
    const found = await inspectBoxes({ ...request, ...(elsewhere !== undefined && { labels: elsewhere }) });
    if (!found.ok) return found;
    const { images, objects, unlabeled, classes, reader } = found.value;
    return ok({
      inspection: found.value,
      about: [
        ['images', `${images} with labels${unlabeled > 0 ? `, ${unlabeled} without: left out` : ''}`],
        ['labels', `${objects} objects, read as ${reader}`],
        ['classes', classes.join(', ')],
        ['looked at', 'all labels, and the sizes of all images'],
      ],
    });
  },
};

/** Options that would have no effect, and nobody would notice. */
function refuseUseless(task: TaskName, options: InitStudyOptions): void {
  const { labels, masks, imageColumn, labelColumn, splitColumn, findings, group } = options;
  const columns = {
    ...{ '--image-column': imageColumn, '--label-column': labelColumn },
    ...{ '--split-column': splitColumn, '--findings': findings },
  };
  const others = task === 'segmentation' ? { '--labels': labels, ...columns } : { '--masks': masks, ...columns };
  const given = Object.entries(others).find(([, value]) => value !== undefined);
  if (given !== undefined)
    throw refuse('study-data', `${given[0]} has no meaning for --task ${task}`, {
      remedy:
        task === 'segmentation'
          ? 'Leave the option out. A folder of masks is named by --masks FOLDER.'
          : 'Leave the option out. Labels that lie elsewhere are named by --labels PATH.',
    });
  if (group !== undefined && group !== 'folder')
    throw refuse('study-data', `--group ${group} names a column, but ${task} reads no such table`, {
      remedy: 'Put the images of each patient into a folder, and add --group folder.',
    });
}

function writeFindings({ inspection, about }: Found, appended: readonly string[], { results }: Terminal): void {
  const { images, domain, groups, published, subsets, faults, notices } = inspection;
  const [fault] = faults;
  const rows: (readonly [string, string])[] = [
    ...about,
    ['kind', domain],
    ['groups', groups === images ? 'none known: each image counts as a group of its own' : String(groups)],
    [
      'split',
      `${subsets.train} training, ${subsets.validation} validation, ${subsets.test} test: ` +
        (published ? "the data's own test set" : 'drawn by groups'),
    ],
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
