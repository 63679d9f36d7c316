/** 6. How many labels does a start save? */
import type { JSX } from 'preact';
import type { Evaluation } from '../../formats/evaluation.ts';
import { LabelCurves, percent, type LabelCurve } from '../chart/label-curves.tsx';
import { fixed, whole } from '../format.ts';
import { identifier } from '../identifier.ts';
import { metricWords } from '../metric.ts';
import { facetsOf, fullName, modelWords, type Cells, type Facet } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import type { DatasetResults, Study } from '../study.ts';

export function LabelsSection({ study }: { readonly study: Study }): JSX.Element {
  const [shown, without] = [true, false].map((wanted) =>
    study.datasets.filter(({ evaluation }) => evaluation.labelFractions.length > 0 === wanted),
  ) as [DatasetResults[], DatasetResults[]];
  return (
    <Section id="labels" title="With fewer labels">
      <p>
        Self-supervised pre-training sees all training images, fine-tuning only a share of their labels. Smaller shares
        are contained in larger ones, and balanced by class.
      </p>
      {shown.map((dataset) => (
        <DatasetLabels key={dataset.name} dataset={dataset} metric={study.metric} cells={dataset.evaluation.models} />
      ))}
      {without.length > 0 && (
        <p class="note">
          Not measured on{' '}
          {without.map(({ title }, i) => (
            <>
              {i > 0 && ', '}
              <Name>{title}</Name>
            </>
          ))}
          .
        </p>
      )}
    </Section>
  );
}

function DatasetLabels({
  dataset: { name, title, evaluation },
  metric,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly metric: string;
  readonly cells: Cells;
}): JSX.Element {
  const { labelFractions, bootstrap } = evaluation;
  const words = metricWords(metric);
  const curvesIn = (facet: Facet) => curvesOf(labelFractions, metric, cells, facet);
  return (
    <article>
      <h3>
        <Name>{title}</Name>
      </h3>
      <Figure
        id={identifier('labels', name)}
        caption={
          `Test ${words.name}, mean over seeds, with ${Math.round(100 * bootstrap.level)} % intervals. The axis is ` +
          'logarithmic; models stand side by side so that their intervals can be seen.'
        }
        data={{
          label: `Test ${words.name} by share of labels on ${title}`,
          head: ['model', 'share of labels', 'labeled images', 'seeds', words.name, 'low', 'high'],
          rows: labelFractions.map(({ model, labelFraction, images, seeds, summary }) => {
            const { mean, low, high } = summary.test[metric] ?? { mean: null, low: null, high: null };
            return [
              fullName(modelWords(model, cells)),
              percent(labelFraction),
              whole(images),
              String(seeds),
              fixed(mean, 4),
              fixed(low, 4),
              fixed(high, 4),
            ];
          }),
        }}
      >
        {facetsOf(cells).map((facet) => (
          <LabelCurves
            key={facet.title}
            id={identifier('labels', name, 'curves', facet.title ?? '')}
            title={facet.title === null ? `Test ${words.name}` : `${facet.title}: test ${words.name}`}
            description={curvesIn(facet)
              .map((curve) => curveSentence(curve, words.digits))
              .join('. ')}
            axis="share of the training labels"
            curves={curvesIn(facet)}
          />
        ))}
      </Figure>
    </article>
  );
}

type Rows = Evaluation['labelFractions'];

function curvesOf(rows: Rows, metric: string, cells: Cells, facet: Facet): LabelCurve[] {
  const models = [...new Set(rows.map(({ model }) => model))].filter((model) => facet.models.includes(model));
  return models.map((model) => ({
    words: modelWords(model, cells),
    points: pointsOf(
      rows.filter((row) => row.model === model),
      metric,
    ),
  }));
}

function pointsOf(rows: Rows, metric: string): LabelCurve['points'] {
  return rows
    .flatMap(({ labelFraction, summary }) => {
      const { mean, low, high } = summary.test[metric] ?? { mean: null, low: null, high: null };
      return mean === null ? [] : [{ share: labelFraction, mean, low: low ?? mean, high: high ?? mean }];
    })
    .sort((a, b) => a.share - b.share);
}

function curveSentence({ words, points }: LabelCurve, digits: number): string {
  return `${words.name}: ${points.map(({ share, mean }) => `${fixed(mean, digits)} with ${percent(share)}`).join(', ')}`;
}
