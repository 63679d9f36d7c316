/** The input of the report. Stages convert their files to this form; nothing else enters the page. */
import type { FinetuneCurves, PretrainCurves } from '../formats/curves.ts';
import type { Dataset } from '../formats/dataset.ts';
import type { Evaluation } from '../formats/evaluation.ts';
import type { SplitSummary } from '../formats/split-summary.ts';
import type { Trials } from '../formats/trials.ts';
import type { JsonObject } from '../util/json.ts';
import type { AuditFindings, SharedFindings } from './audit.ts';
import type { Explanation } from './explanation.ts';
import type { EmbeddedPicture } from './picture.ts';
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
  /** Whether the folder `predictions/` lies beside the page. */
  readonly publishesPredictions: boolean;
  /** Licenses of the weights that models start from, by the names of starts. */
  readonly licenses: Readonly<Record<string, string>>;
  /** The statements of the authors. */
  readonly authorStatements: AuthorStatements;
}

export interface DatasetResults extends Pick<Dataset, 'name' | 'title' | 'source' | 'images' | 'groups' | 'size'> {
  /** Number of files. */
  readonly dropped: number;
  readonly split: SplitFacts | null;
  readonly evaluation: Evaluation;
  readonly fineTuning: readonly FineTuning[];
  /** The trials of each model and the chosen one; empty if the pipeline tries nothing. */
  readonly trials: readonly TriedModel[];
  /** Empty if the pipeline pre-trains nothing. */
  readonly preTraining: readonly PreTraining[];
  readonly pairs: readonly PairsSheet[];
  /** Null if the pipeline does not audit. */
  readonly audit: AuditFindings | null;
  readonly explanations: readonly Explanation[];
  /** The training of the transfer start on its own task; null if the pipeline does not train it. */
  readonly transferTraining: TransferTraining | null;
}

export interface TransferTraining {
  /** The name of the start. */
  readonly name: string;
  /** Validation AUC of the last epoch. */
  readonly auc: Defined;
}

export interface SplitFacts extends Pick<SplitSummary, 'seed' | 'unused' | 'groupOverlap'> {
  /** In words. */
  readonly policy: string;
}

/** A number that may not be defined. */
export type Defined = number | null;
export interface Range {
  readonly low: Defined;
  readonly high: Defined;
}

export interface TriedModel extends Trials {
  readonly model: string;
}

/** The epochs of one training. */
export interface FineTuning extends Pick<FinetuneCurves, 'epochs'> {
  readonly model: string;
  readonly seed: number;
}

export type FineTuningEpoch = FineTuning['epochs'][number];

export interface PreTraining extends Pick<PretrainCurves, 'method' | 'width' | 'epochs'> {
  /** The weights before: `random`, or the transfer start. */
  readonly start: string;
  readonly seed: number;
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
