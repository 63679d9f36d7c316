/** The input of the report. Stages convert their files to this form; nothing else enters the page. */
import type { JsonObject } from '../util/json.ts';
import type { AuditFindings, SharedFindings } from './audit.ts';
import type { Explanation } from './explanation.ts';
import type { EmbeddedPicture } from './picture.ts';
import type { Point } from './point.ts';
import type { AuthorStatements } from './author-statements.ts';

export interface Study {
  readonly title: string;
  /** The name of the start of M3 and M4: `ImageNet`, or `fractal` for formula-made images. */
  readonly transfer: string;
  /** The metric that the answer is given in; one of each data set's `metrics`. */
  readonly metric: string;
  readonly datasets: readonly DatasetResults[];
  /** Null if the pipeline does not search for images that data sets share. */
  readonly shared: SharedFindings | null;
  /** Every execution behind the results, producers first. */
  readonly provenance: readonly Execution[];
  /** The command lines that make this page again. */
  readonly rerun: readonly string[];
  /** The statements of the authors. */
  readonly authorStatements: AuthorStatements;
}

export interface DatasetResults {
  /** `covid19` */
  readonly name: string;
  /** `Covid-19 image dataset` */
  readonly title: string;
  readonly source: string;
  readonly images: number;
  readonly groups: number;
  /** Side in pixels. */
  readonly size: number;
  readonly dropped: number;
  readonly split: SplitFacts | null;
  readonly evaluation: Evaluation;
  readonly fineTuning: readonly FineTuning[];
  /** Empty if the pipeline pre-trains nothing. */
  readonly preTraining: readonly PreTraining[];
  readonly pairs: readonly PairsSheet[];
  /** Null if the pipeline does not audit. */
  readonly audit: AuditFindings | null;
  readonly explanations: readonly Explanation[];
}

export interface SplitFacts {
  /** In words. */
  readonly policy: string;
  readonly seed: number;
  readonly unused: number;
  /** Groups that are in more than one part. */
  readonly groupOverlap: number;
}

/** A number that may not be defined. */
export type Defined = number | null;
export type Scores = Readonly<Record<string, Defined>>;
export interface Spread {
  readonly mean: Defined;
  readonly sd: Defined;
}
export interface Range {
  readonly low: Defined;
  readonly high: Defined;
}
export const PARTS = ['train', 'validation', 'test'] as const;
export type Part = (typeof PARTS)[number];

export interface Evaluation {
  readonly classes: readonly string[];
  readonly seeds: readonly number[];
  readonly metrics: readonly string[];
  readonly counts: Readonly<
    Record<Part, { readonly images: number; readonly groups: number; readonly byClass: readonly number[] }>
  >;
  /** The leaks of the main study. */
  readonly leaks: Leaks;
  readonly majority: { readonly class: string; readonly test: Scores };
  readonly bootstrap: { readonly resamples: number; readonly level: number };
  readonly models: readonly ModelResults[];
  /** `model` minus `against`, each pair once. */
  readonly differences: readonly Difference[];
  /** Classifiers on the frozen features that a model starts from. */
  readonly probes: readonly ({ readonly kind: 'linear' | 'knn' } & SideResult)[];
  /** Fine-tuning with a share of the labels, 1 being the main study; `images`: how many were learned from. */
  readonly labelFractions: readonly ({ readonly labelFraction: number; readonly images: number } & SideResult)[];
  /** Fine-tuning on a split that leaks, with test images of its own. */
  readonly leaky: readonly (Leaks & SideResult)[];
}

/** Counts of leaked test images: those of a group that was also trained on, or equal to a training image. */
export interface Leaks {
  readonly images: number;
  readonly leaks: number;
  /** The number of test images equal to a training image; null without an audit. */
  readonly duplicates: number | null;
}

export interface SideResult {
  readonly model: string;
  /** How many. */
  readonly seeds: number;
  readonly summary: { readonly test: Readonly<Record<string, Spread & Range>> };
}

export interface ModelResults {
  readonly model: string;
  readonly seeds: readonly ({ readonly seed: number } & Readonly<Record<Part, Scores>>)[];
  readonly summary: {
    readonly train: Readonly<Record<string, Spread>>;
    readonly validation: Readonly<Record<string, Spread>>;
    readonly test: Readonly<Record<string, Spread & Range>>;
  };
  /** [labeled][predicted], test images summed over seeds. */
  readonly confusion: readonly (readonly number[])[];
  /** Means over seeds; AUC and average precision against the rest. */
  readonly byClass: readonly {
    readonly class: string;
    readonly images: number;
    readonly precision: Defined;
    readonly recall: Defined;
    readonly f1: Defined;
    readonly auc: Defined;
    readonly averagePrecision: Defined;
  }[];
  readonly calibration: Calibration;
  /** One class against the rest, answers of all seeds ranked together; classes without a curve are left out. */
  readonly curves: readonly {
    readonly class: string;
    readonly roc: readonly Point[];
    readonly precisionRecall: readonly Point[];
  }[];
}

/** On the test part, before and after dividing logits by a temperature that was fitted on validation images. */
export interface Calibration {
  /** By seed. */
  readonly temperature: readonly number[];
  readonly before: CalibrationScores;
  readonly after: CalibrationScores;
  readonly reliability: { readonly before: readonly ReliabilityBin[]; readonly after: readonly ReliabilityBin[] };
}

export type CalibrationScores = Readonly<Record<'loss' | 'brier' | 'ece', Spread>>;

/** Test images of all seeds whose confidence is above `low` and at most `high`. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly images: number;
  readonly confidence: Defined;
  readonly accuracy: Defined;
}

export interface Difference {
  readonly model: string;
  readonly against: string;
  readonly metrics: Readonly<Record<string, { readonly mean: Defined } & Range>>;
}

export interface FineTuning {
  readonly model: string;
  readonly seed: number;
  /** The epoch selected. */
  readonly best: number;
  readonly epochs: readonly FineTuningEpoch[];
}

export interface FineTuningEpoch {
  readonly epoch: number;
  readonly train: { readonly loss: Defined; readonly accuracy: Defined };
  readonly validation: { readonly loss: Defined; readonly accuracy: Defined; readonly auc: Defined };
}

export interface PreTraining {
  /** The weights before pre-training: `random`, or the transfer start. */
  readonly start: string;
  /** `simclr` */
  readonly method: string;
  /** Width of the embedding; null if unknown. An even spread has a standard deviation of 1 / sqrt(width). */
  readonly embedding: number | null;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly loss: Defined;
    readonly embeddingStd: Defined;
    readonly knn: Defined;
  }[];
}

export interface PairsSheet {
  readonly start: string;
  readonly picture: EmbeddedPicture;
}

export interface Execution {
  readonly id: string;
  readonly stage: string;
  readonly fingerprint: string;
  readonly code: string;
  readonly params: JsonObject;
  /** ids of executions, and paths. */
  readonly reads: readonly string[];
  /** The notes of the stage: engine, device, versions. */
  readonly notes: JsonObject;
  readonly seconds: number;
  readonly peakMemoryBytes: number | null;
  /** The verdict of an audit; null without one. */
  readonly audit: { readonly verdict: 'identical' | 'within' | 'different'; readonly tolerance: number } | null;
}
