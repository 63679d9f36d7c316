/** The pipeline file that `init study` writes. It extends the packaged study and lists what a person may change. */
import type { Inspection } from '../../learn/dataset/inspect/inspect.ts';
import type { Columns } from '../../learn/dataset/reader/listing.ts';

export interface StudyRequest {
  readonly name: string;
  readonly schema: string;
  /** As the pipeline file names them: relative to its folder, or absolute. */
  readonly images: string;
  readonly labels?: string;
  readonly columns: Columns;
  readonly groupFolders: boolean;
  readonly classNames?: readonly string[];
  readonly leaveOut: boolean;
}

export function studyPipeline(request: StudyRequest, { reader, domain, listing, files, subsets }: Inspection): string {
  const small = isSmall(listing.decode !== undefined, files);
  const ingest = {
    reader,
    ...(listing.domain === null && { domain }),
    ...(Object.keys(request.columns).length > 0 && { columns: request.columns }),
    ...(request.groupFolders && { groupFolders: true }),
    ...(request.classNames !== undefined && { classes: request.classNames }),
    ...(request.leaveOut && { onBroken: 'drop' }),
  };
  return `// A study of ${listing.samples.length} images: which start should be fine-tuned, and how sure is that?
//   npx pipeline run      trains and writes reports/index.html
// node_modules/pretext-study/pipelines/labels-study.json has the stages and all other parameters.
{
  "$schema": ${text(request.schema)},
  "extends": "pretext-study/pipelines/${listing.task === 'findings' ? 'findings' : 'images'}.json",
  "name": ${text(request.name)},
  "params": {
    "images": ${text(request.images)},
${request.labels === undefined ? '' : `    "labelTable": ${text(request.labels)},\n`}    "datasets": [${text(request.name)}],
    // How the images are read: docs/my-images.md of the package.
    "ingest": ${text(ingest)},
    // Side of the images in pixels, and the network: resnet-small, resnet18, resnet34 or resnet50.
    "size": ${small ? 32 : 64},
    "network": ${text(small ? 'resnet-small' : 'resnet18')},
${studySettings({
  learningRates: small ? [0.03, 0.1, 0.3] : [0.001, 0.003, 0.01, 0.03],
  minSteps: 250,
  trainImages: subsets.train,
})}
  }${(listing.dicom?.headers.size ?? 0) > 0 ? PRIVATE : ''}
}
`;
}

/** Names of DICOM files and folders may be names of patients. */
const PRIVATE = `,
  // Names of files may be names of patients: digests of them are written, and the map stays beside the images.
  "stages": { "ingest": { "inputs": { "source": { "path": "\${params.images}", "private": true } } } }`;

interface StudySettings {
  readonly learningRates: readonly number[];
  /** Least number of steps of fine-tuning. */
  readonly minSteps: number;
  readonly trainImages: number;
}

/** The lines of the parameters that a person may change in a study of any task. */
export const studySettings = ({ learningRates, minSteps, trainImages }: StudySettings): string =>
  `    // Rows of the study. Add a file: "ImageNet": { "weights": "weights/resnet18.pth" }
    "starts": { "random": { "weights": null } },
    // Each cell is trained with each learning rate once, and with the best one for each seed.
    "learningRates": [${learningRates.join(', ')}],
    "seeds": [0, 1, 2],
    // Self-supervised pre-training (SimCLR) on the training images.
    "pretrain": { "epochs": 40, "batchSize": ${pretrainBatch(trainImages)} },
    // A quick look first: "epochs": 1 and "minSteps": 0.
    "finetune": { "epochs": 8, "minSteps": ${minSteps} },
    // Shares of the images, if the data has no test set of its own.
    "split": { "test": 0.2, "validation": 0.2 }`;

/** A value on one line of a pipeline file. */
export const text = (value: unknown): string => JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');

/** SimCLR wants large batches, but each epoch several of them: a power of two from 4 to 64. */
function pretrainBatch(images: number): number {
  return 2 ** Math.min(6, Math.max(2, Math.floor(Math.log2(images / 2))));
}

/** Images of 28 pixels are not enlarged for a network that was made for photographs. */
function isSmall(arrays: boolean, files: Inspection['files']): boolean {
  return files === undefined ? arrays : Math.min(...files.median) < 48;
}
