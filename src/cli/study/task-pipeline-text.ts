/** The pipeline file that `init study --task segmentation` or `--task detection` writes. */
import type { TaskInspection } from '../../learn/dataset/inspect/task-inspection.ts';
import { studySettings, text } from './pipeline-text.ts';

export interface TaskStudyRequest {
  readonly name: string;
  readonly schema: string;
  /** As the pipeline file names them: relative to its folder, or absolute. */
  readonly images: string;
  /** Masks or labels that do not lie below the images. */
  readonly elsewhere?: string;
  readonly groupFolders: boolean;
  readonly classNames?: readonly string[];
  readonly leaveOut: boolean;
}

interface TaskWords {
  /** `masks` */
  readonly labels: string;
  /** Names of pipeline files of the package, without extension. */
  readonly study: string;
  readonly base: string;
  /** The parameter of labels that lie elsewhere. */
  readonly elsewhere: string;
  readonly learningRates: readonly number[];
}

const WORDS = {
  segmentation: {
    labels: 'masks',
    study: 'masks',
    base: 'segmentation-study',
    elsewhere: 'maskFolder',
    learningRates: [0.01, 0.03, 0.1],
  },
  detection: {
    labels: 'boxes or landmarks',
    study: 'boxes',
    base: 'detection-study',
    elsewhere: 'labelFile',
    learningRates: [0.003, 0.01, 0.03],
  },
} as const satisfies Record<string, TaskWords>;

export type TaskName = keyof typeof WORDS;

/** Readers that know the kind of their images. */
const PUBLISHED = ['isic9', 'idrid'];

export function taskStudyPipeline(
  task: TaskName,
  request: TaskStudyRequest,
  { reader, domain, images, subsets }: TaskInspection,
): string {
  const { labels, study, base, elsewhere, learningRates }: TaskWords = WORDS[task];
  const ingest = {
    reader,
    ...(!PUBLISHED.includes(reader) && { domain }),
    ...(request.groupFolders && { groupFolders: true }),
    ...(request.classNames !== undefined && { classes: request.classNames }),
    ...(request.leaveOut && { onBroken: 'drop' }),
  };
  const place = request.elsewhere === undefined ? '' : `    "${elsewhere}": ${text(request.elsewhere)},\n`;
  return `// A study of ${images} images with ${labels}: which start should be fine-tuned, and how sure is that?
//   npx pipeline run      trains and writes reports/index.html
// node_modules/pretext-study/pipelines has ${base}.json and starts.json with the stages and all parameters.
{
  "$schema": ${text(request.schema)},
  "extends": "pretext-study/pipelines/${study}.json",
  "name": ${text(request.name)},
  "params": {
    "images": ${text(request.images)},
${place}    "datasets": [${text(request.name)}],
    // How images and ${labels} are read: docs/tasks.md of the package.
    "ingest": ${text(ingest)},
    // Side of the images in pixels, and the encoder: resnet-small, resnet18, resnet34 or resnet50.
    "size": 64,
    "network": "resnet18",
${studySettings({ learningRates, minSteps: 500, trainImages: subsets.train })}
  }
}
`;
}
