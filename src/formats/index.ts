/** Every format of this project, for scripts that write the JSON Schemas and the tables of docs/formats.md. */
import type { TSchema } from '@sinclair/typebox';
import { ArchiveManifestSchema } from './archive-manifest.ts';
import { AuditSchema } from './audit.ts';
import {
  DetectionCurvesSchema,
  FinetuneCurvesSchema,
  PretrainCurvesSchema,
  SegmentationCurvesSchema,
  SupervisedCurvesSchema,
} from './curves.ts';
import { DataPointerSchema } from './data-pointer.ts';
import { DatasetSchema } from './dataset.ts';
import { DetectionEvaluationSchema } from './detection-evaluation.ts';
import { DetectionResultsSchema } from './detection-results.ts';
import { EvaluationSchema } from './evaluation.ts';
import { EventSchema } from './events.ts';
import { ExplanationSchema } from './explanation.ts';
import { ExportedModelSchema } from './exported-model.ts';
import { LockfileSchema } from './lockfile.ts';
import { ObjectsSchema } from './objects.ts';
import { PastRunSchema } from './past-run.ts';
import { ProbeChoiceSchema } from './probe-choice.ts';
import { ReproductionSchema } from './reproduction.ts';
import { ResultsSchema } from './results.ts';
import { JournalLineSchema } from './run-journal.ts';
import { RunRecordSchema } from './run-record.ts';
import { SegmentationEvaluationSchema } from './segmentation-evaluation.ts';
import { SegmentationResultsSchema } from './segmentation-results.ts';
import { SettingsSchema } from './settings.ts';
import { SharedImagesSchema } from './shared-images.ts';
import { SplitSummarySchema } from './split-summary.ts';
import { ChoiceSchema, DetectionTrialsSchema, SegmentationTrialsSchema, TrialsSchema } from './trials.ts';

export { expectation } from './fault.ts';

export interface Format {
  /** Name of `schema/<name>.schema.json`. */
  readonly name: string;
  readonly file: string;
  /** The stage or command that writes it. */
  readonly writer: string;
  readonly schema: TSchema;
}

/** Files that stages exchange, in the order of the pipeline, then those of the runner. */
export const FORMATS: readonly Format[] = [
  { name: 'dataset', file: 'dataset.json', writer: 'ingest', schema: DatasetSchema },
  { name: 'objects', file: 'objects.json', writer: 'ingest-boxes', schema: ObjectsSchema },
  { name: 'audit', file: 'audit.json', writer: 'audit', schema: AuditSchema },
  { name: 'shared-images', file: 'shared.json', writer: 'audit-across', schema: SharedImagesSchema },
  { name: 'split-summary', file: 'split.json', writer: 'split', schema: SplitSummarySchema },
  { name: 'pretrain-curves', file: 'curves.json', writer: 'pretrain', schema: PretrainCurvesSchema },
  { name: 'supervised-curves', file: 'curves.json', writer: 'pretrain-supervised', schema: SupervisedCurvesSchema },
  { name: 'finetune-curves', file: 'curves.json', writer: 'finetune', schema: FinetuneCurvesSchema },
  {
    name: 'segmentation-curves',
    file: 'curves.json',
    writer: 'finetune-masks',
    schema: SegmentationCurvesSchema,
  },
  { name: 'detection-curves', file: 'curves.json', writer: 'finetune-boxes', schema: DetectionCurvesSchema },
  { name: 'choice', file: 'choice.json', writer: 'select', schema: ChoiceSchema },
  { name: 'trials', file: 'trials.json', writer: 'select', schema: TrialsSchema },
  { name: 'segmentation-trials', file: 'trials.json', writer: 'select-masks', schema: SegmentationTrialsSchema },
  { name: 'detection-trials', file: 'trials.json', writer: 'select-boxes', schema: DetectionTrialsSchema },
  { name: 'probe-choice', file: 'choice.json', writer: 'probe', schema: ProbeChoiceSchema },
  { name: 'evaluation', file: 'metrics.json', writer: 'evaluate', schema: EvaluationSchema },
  {
    name: 'segmentation-evaluation',
    file: 'metrics.json',
    writer: 'evaluate-masks',
    schema: SegmentationEvaluationSchema,
  },
  {
    name: 'detection-evaluation',
    file: 'metrics.json',
    writer: 'evaluate-boxes',
    schema: DetectionEvaluationSchema,
  },
  { name: 'explanation', file: 'explanation.json', writer: 'explain', schema: ExplanationSchema },
  { name: 'exported-model', file: 'model.json', writer: 'export', schema: ExportedModelSchema },
  { name: 'results', file: 'results.json', writer: 'report', schema: ResultsSchema },
  {
    name: 'segmentation-results',
    file: 'results.json',
    writer: 'report-masks',
    schema: SegmentationResultsSchema,
  },
  { name: 'detection-results', file: 'results.json', writer: 'report-boxes', schema: DetectionResultsSchema },
  { name: 'lockfile', file: 'pipeline.lock.json', writer: '`pipeline run`', schema: LockfileSchema },
  { name: 'run-record', file: 'runs/<fingerprint>/<result>.json', writer: '`pipeline run`', schema: RunRecordSchema },
  {
    name: 'reproduction',
    file: 'audits/<fingerprint>-<result>.json',
    writer: '`pipeline run --audit`',
    schema: ReproductionSchema,
  },
  { name: 'past-run', file: 'history/<id>.json', writer: '`pipeline run`', schema: PastRunSchema },
  {
    name: 'archive-manifest',
    file: 'manifest-<digest>.json',
    writer: '`pipeline export`',
    schema: ArchiveManifestSchema,
  },
  { name: 'data-pointer', file: '<folder>.data.json', writer: '`pipeline data add`', schema: DataPointerSchema },
  { name: 'settings', file: '.pipelinerc', writer: 'you', schema: SettingsSchema },
  { name: 'events', file: 'standard output', writer: '`pipeline run --json`', schema: EventSchema },
  { name: 'run-journal', file: 'live/<id>/events.jsonl', writer: '`pipeline run`', schema: JournalLineSchema },
];
