/** The input of the report on masks. The stage converts its files to this form; nothing else enters the page. */
import type { SegmentationCurves } from '../../formats/curves.ts';
import type { Dataset } from '../../formats/dataset.ts';
import type { SegmentationEvaluation } from '../../formats/segmentation-evaluation.ts';
import type { SplitSummary } from '../../formats/split-summary.ts';
import type { SegmentationTrials } from '../../formats/trials.ts';
import type { EmbeddedPicture } from '../picture.ts';
import type { Execution } from '../study.ts';

export interface MaskStudy {
  readonly title: string;
  /** The metric that the answer is given in. */
  readonly metric: string;
  readonly datasets: readonly MaskDataset[];
  /** Every execution behind the results, producers first. */
  readonly provenance: readonly Execution[];
  /** The command lines that make this page again. */
  readonly rerun: readonly string[];
}

export interface MaskDataset {
  readonly title: string;
  readonly about: Dataset;
  readonly split: SplitSummary;
  readonly evaluation: SegmentationEvaluation;
  /** The pictures of `evaluation.examples`. */
  readonly overlays: EmbeddedPicture;
  readonly fineTuning: readonly MaskFineTuning[];
  readonly trials: readonly TriedMaskModel[];
  /** The order of the same models in a study of classes; null without one. */
  readonly classes: ClassOrder | null;
}

export interface MaskFineTuning extends Pick<SegmentationCurves, 'epochs'> {
  readonly model: string;
  readonly seed: number;
}

export interface TriedMaskModel extends SegmentationTrials {
  readonly model: string;
}

export interface ClassOrder {
  readonly metric: string;
  /** The test score of each model. */
  readonly scores: ReadonlyMap<string, number>;
}
