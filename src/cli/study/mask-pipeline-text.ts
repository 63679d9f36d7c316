/** The pipeline file that `init study --task segmentation` writes. */
import type { MaskInspection } from '../../learn/dataset/masks/inspect-masks.ts';
import { studySettings, text } from './pipeline-text.ts';

export interface MaskStudyRequest {
  readonly name: string;
  readonly schema: string;
  /** As the pipeline file names them: relative to its folder, or absolute. */
  readonly images: string;
  readonly masks?: string;
  readonly groupFolders: boolean;
  readonly classNames?: readonly string[];
  readonly leaveOut: boolean;
}

export function maskStudyPipeline(
  request: MaskStudyRequest,
  { reader, domain, images, subsets }: MaskInspection,
): string {
  const ingest = {
    reader,
    ...(reader === 'pairs' && { domain }),
    ...(request.groupFolders && { groupFolders: true }),
    ...(request.classNames !== undefined && { classes: request.classNames }),
    ...(request.leaveOut && { onBroken: 'drop' }),
  };
  return `// A study of ${images} images with masks: which start should be fine-tuned, and how sure is that?
//   npx pipeline run      trains and writes reports/index.html
// node_modules/pretext-study/pipelines has segmentation-study.json and starts.json with the stages and all parameters.
{
  "$schema": ${text(request.schema)},
  "extends": "pretext-study/pipelines/masks.json",
  "name": ${text(request.name)},
  "params": {
    "images": ${text(request.images)},
${request.masks === undefined ? '' : `    "maskFolder": ${text(request.masks)},\n`}    "datasets": [${text(request.name)}],
    // How images and masks are read: docs/tasks.md of the package.
    "ingest": ${text(ingest)},
    // Side of the images in pixels, and the encoder: resnet-small, resnet18, resnet34 or resnet50.
    "size": 64,
    "network": "resnet18",
${studySettings({ learningRates: [0.01, 0.03, 0.1], minSteps: 500, trainImages: subsets.train })}
  }
}
`;
}
