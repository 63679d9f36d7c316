/** `results.json` of report-boxes: all numbers of the page. */
import type { Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { DetectionEvaluationSchema } from './detection-evaluation.ts';
import { taskResults } from './segmentation-results.ts';

export const DetectionResultsSchema = taskResults('detection results', {}, DetectionEvaluationSchema);

export type DetectionResults = Immutable<Static<typeof DetectionResultsSchema>>;
