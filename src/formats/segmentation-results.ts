/** `results.json` of report-masks: all numbers of the page. The one of report-boxes has the same layout. */
import { Type, type Static, type TProperties, type TSchema } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { text } from './fields.ts';
import { SegmentationEvaluationSchema } from './segmentation-evaluation.ts';

/** `more` are further fields of a data set. */
export const taskResults = <More extends TProperties, Evaluation extends TSchema>(
  title: string,
  more: More,
  evaluation: Evaluation,
) =>
  Type.Object(
    {
      version: Type.Literal(1, {
        description: 'Version of this layout. Within a version, fields are added and never removed.',
      }),
      title: text('Title of the page.'),
      metric: text('The metric that the verdicts are given in.'),
      datasets: Type.Array(
        Type.Object({
          name: text('Short name of the data set.'),
          title: text('Its name for readers.'),
          verdict: Type.Object({
            best: text('The best start, in words.'),
            effect: text('The differences, in words.'),
          }),
          ...more,
          evaluation,
        }),
      ),
    },
    { title },
  );

export const SegmentationResultsSchema = taskResults(
  'segmentation results',
  {
    order: Type.Union([Type.String(), Type.Null()], {
      description: 'Whether a study of classes orders the starts alike, in words; null without one.',
    }),
  },
  SegmentationEvaluationSchema,
);

export type SegmentationResults = Immutable<Static<typeof SegmentationResultsSchema>>;
