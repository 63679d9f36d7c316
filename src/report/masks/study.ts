/** The input of the report on masks. */
import type { SegmentationCurves } from '../../formats/curves.ts';
import type { SegmentationEvaluation } from '../../formats/segmentation-evaluation.ts';
import type { SegmentationTrial } from '../../formats/trials.ts';
import type { TaskDataset, TaskStudy } from '../task/study.ts';

export type MaskStudy = TaskStudy<MaskDataset>;

export interface MaskDataset extends TaskDataset<
  SegmentationEvaluation,
  SegmentationCurves['epochs'][number],
  SegmentationTrial
> {
  /** The order of the same models in a study of classes; null without one. */
  readonly classes: ClassOrder | null;
}

export interface ClassOrder {
  readonly metric: string;
  /** The test score of each model. */
  readonly scores: ReadonlyMap<string, number>;
}
