/** `pipeline init study`: looks at images, says what it finds, and writes the pipeline file of their study. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Domain } from '../../formats/dataset.ts';
import { inspectDataset, type Inspection } from '../../learn/dataset/inspect/inspect.ts';
import type { InspectRequest } from '../../learn/dataset/inspect/request.ts';
import { loadPipeline } from '../../runner/config/load.ts';
import { appendMissingLines } from '../init/append-lines.ts';
import { schemaFrom } from '../init/template.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { Refusal, refuse } from '../refusal.ts';
import { describeStudy, labelCounts } from '../study/describe-study.ts';
import { estimateEffort, type Effort } from '../study/effort.ts';
import { studyPipeline } from '../study/pipeline-text.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../text/count.ts';
import { duration } from '../text/duration.ts';
import { table } from '../text/table.ts';
import { packageName } from '../version.ts';

export interface InitStudyOptions {
  readonly images: string;
  readonly task: 'classification' | 'segmentation' | 'detection';
  /** For segmentation: a folder of masks elsewhere. */
  readonly masks?: string;
  readonly labels?: string;
  readonly imageColumn?: string;
  readonly labelColumn?: string;
  readonly splitColumn?: string;
  /** Columns of 0 and 1, separated by commas. */
  readonly findings?: string;
  readonly group?: string;
  readonly classes?: string;
  readonly domain?: Domain;
  readonly leaveOut?: boolean;
  readonly json?: boolean;
}

export const FILE = 'pipeline.json';

/** Throws a Refusal where something is missing or open; then nothing is written. */
export async function initStudy(options: InitStudyOptions, terminal: Terminal): Promise<ExitCode> {
  requireFreeFolder(terminal.folder);
  if (options.masks !== undefined)
    throw refuse('study-data', '--masks names masks, but the task is classification', {
      remedy: 'Add --task segmentation.',
    });
  const request = requestOf(options, terminal.folder);
  terminal.messages.write(`looking at ${options.images}\n`);
  const found = await inspectDataset(request);
  if (!found.ok) throw refuse('study-data', found.error.message, { remedy: found.error.remedy });
  const text = studyPipeline(
    {
      ...request,
      name: nameOf(request.images),
      schema: schemaFrom(terminal.folder),
      images: shown(request.images, options.images, terminal.folder),
      ...(options.labels !== undefined &&
        request.labels !== undefined && { labels: shown(request.labels, options.labels, terminal.folder) }),
    },
    found.value,
  );
  const file = path.join(terminal.folder, FILE);
  await writeFile(file, text, { flag: 'wx' });
  const effort = await effortOf(file, found.value.subsets.train);
  const appended = await appendMissingLines(path.join(terminal.folder, '.gitignore'), ['/cache/']);
  if (options.json) writeJson(found.value, effort, terminal);
  else writeAnswer(found.value, effort, appended, terminal);
  return exitCode.done;
}

export function requireFreeFolder(folder: string): void {
  if (existsSync(path.join(folder, FILE)))
    throw refuse('file-in-the-way', `${FILE} exists already; nothing was written`, {
      remedy: 'Change to another folder, or rename the file.',
    });
  for (let above = folder; ; above = path.dirname(above)) {
    if (existsSync(path.join(above, 'node_modules', packageName, 'pipelines', 'images.json'))) return;
    if (path.dirname(above) === above) break;
  }
  throw refuse('not-installed', `the package ${packageName} is not installed in this folder or above`, {
    remedy: `The study extends a file of the package. Install it: npm install ${packageName}.`,
  });
}

function requestOf(options: InitStudyOptions, folder: string): InspectRequest {
  const { imageColumn, labelColumn, splitColumn, findings, group, labels, classes, domain } = options;
  const groupFolders = group === 'folder' && labels === undefined;
  return {
    images: path.resolve(folder, options.images),
    ...(labels !== undefined && { labels: path.resolve(folder, labels) }),
    columns: {
      ...(imageColumn !== undefined && { image: imageColumn }),
      ...(labelColumn !== undefined && { label: labelColumn }),
      ...(group !== undefined && !groupFolders && { group }),
      ...(splitColumn !== undefined && { split: splitColumn }),
      ...(findings !== undefined && { findings: namesIn(findings) }),
    },
    groupFolders,
    ...(classes !== undefined && { classNames: namesIn(classes) }),
    ...(domain !== undefined && { domain }),
    leaveOut: options.leaveOut === true,
  };
}

const namesIn = (list: string): string[] => list.split(',').map((name) => name.trim());

/** A name for the data set: letters, digits, dots and hyphens, because it becomes the value of an axis. */
export function nameOf(images: string): string {
  const name = path.basename(images).replace(/\.npz$/i, '');
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '') || 'images';
}

/** A path as the user gave it, or as the pipeline file sees it if that is shorter. */
export function shown(absolute: string, written: string, folder: string): string {
  if (path.isAbsolute(written)) return absolute;
  return path.relative(folder, absolute).split(path.sep).join('/') || '.';
}

/** Counted in the file that was written. A fault in it would be ours. */
async function effortOf(file: string, trainImages: number): Promise<Effort> {
  const loaded = await loadPipeline(file, { set: [] });
  if (!loaded.ok) throw new Refusal(loaded.error.diagnostics);
  return estimateEffort(loaded.value.pipeline.instances, trainImages);
}

function writeJson(inspection: Inspection, effort: Effort, terminal: Terminal): void {
  const { reader, listing, domain, files, equalFiles, groups, subsets, hints } = inspection;
  const { task, faults, notices = [] } = listing;
  const document = {
    ...{ format: 1, file: FILE, reader, domain, images: listing.samples.length, groups, subsets },
    ...{ task: task ?? 'classes', classes: labelCounts(listing) },
    ...{ files: files ?? null, equalFiles, leftOut: faults, notices, hints, ...effort },
  };
  terminal.results.write(`${JSON.stringify(document, null, 2)}\n`);
}

function writeAnswer(inspection: Inspection, effort: Effort, appended: readonly string[], terminal: Terminal): void {
  const { results } = terminal;
  const rows = describeStudy(inspection).map(([subject, finding]) => [{ text: subject }, { text: finding }]);
  const layout = [{ title: 'data' }, { title: 'found', fold: true }];
  const lines = [
    ...table(layout, rows, results.columns(), results.colors.dim),
    ...inspection.hints.map((hint) => `${results.colors.yellow('note:')} ${hint}`),
    '',
    `wrote ${FILE}${appended.length > 0 ? `, and ${appended.join(' ')} into .gitignore` : ''}`,
    `${count(effort.trainings, 'training')}, about ${duration(effort.seconds)} on the processors of this machine`,
    '',
    'Next: npx pipeline run',
  ];
  results.write(`${lines.join('\n')}\n`);
}
