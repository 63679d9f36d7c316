/** The input of the report on boxes and landmarks. */
import type { DetectionCurves } from '../../formats/curves.ts';
import type { DetectionEvaluation } from '../../formats/detection-evaluation.ts';
import type { DetectionTrial } from '../../formats/trials.ts';
import type { TaskDataset, TaskStudy } from '../task/study.ts';

export type BoxStudy = TaskStudy<BoxDataset>;

export type BoxDataset = TaskDataset<DetectionEvaluation, DetectionCurves['epochs'][number], DetectionTrial>;
