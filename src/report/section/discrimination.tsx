/** The separation of each class from the rest at all thresholds: ROC and precision-recall curves. */
import type { ModelEvaluation } from '../../formats/evaluation.ts';
import { Fragment, type JSX } from 'preact';
import { RateCurves, type RateCurve } from '../chart/rate-curves.tsx';
import { fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { MarkerLegend } from '../marker-legend.tsx';
import { facetsOf, fullName, modelWords, type Cells, type Facet } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import type { Point } from '../point.ts';
import type { DatasetResults, Study } from '../study.ts';

type Curves = ModelEvaluation['curves'][number];

const KINDS = [
  {
    key: 'roc',
    title: 'ROC',
    of: ({ roc }: Curves) => roc,
    across: 'false positive rate',
    upward: 'true positive rate',
    diagonal: true,
    steps: false,
    guessing: 'Dotted: guessing.',
  },
  {
    key: 'precision',
    title: 'Precision and recall',
    of: ({ precisionRecall }: Curves) => precisionRecall,
    across: 'recall',
    upward: 'precision',
    diagonal: false,
    steps: true,
    guessing:
      'The area below the steps is the average precision; guessing would give a level line at the share of the ' +
      'class, printed above each picture.',
  },
] as const;

type Kind = (typeof KINDS)[number];

export function DiscriminationSection({ study }: { readonly study: Study }): JSX.Element {
  return (
    <Section id="discrimination" title="Separation of classes">
      {study.datasets.map((dataset) => (
        <article key={dataset.name}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          {KINDS.map((kind) => (
            <Fragment key={kind.key}>
              <h4>{kind.title}</h4>
              {facetsOf(dataset.evaluation.models).map((facet) => (
                <CurvesFigure
                  key={facet.title}
                  dataset={dataset}
                  cells={dataset.evaluation.models}
                  kind={kind}
                  facet={facet}
                />
              ))}
            </Fragment>
          ))}
        </article>
      ))}
    </Section>
  );
}

function CurvesFigure({
  dataset: { name, title, evaluation },
  cells,
  kind,
  facet,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
  readonly kind: Kind;
  readonly facet: Facet;
}): JSX.Element {
  const { classes, counts } = evaluation;
  const models = evaluation.models.filter(({ model }) => facet.models.includes(model));
  const curvesOf = (label: string) => curvesOfClass(label, models, kind, cells);
  const shown = classes.filter((label) => curvesOf(label).length > 0);
  const prevalence = (label: string) => (counts.test.byClass[classes.indexOf(label)] ?? 0) / counts.test.images;
  return (
    <>
      {facet.title !== null && (
        <h5>
          <Name>{facet.title}</Name>
        </h5>
      )}
      <MarkerLegend
        of={models.map(({ model }) => modelWords(model, cells)).map((words) => ({ ...words, name: fullName(words) }))}
      />
      <Figure
        id={identifier(kind.key, name, facet.title ?? '')}
        caption={
          'Test part, each class against the rest, answers of all seeds ranked together. ' +
          `${kind.guessing} Thinned to at most 60 points for drawing; metrics are computed from all.`
        }
        data={{
          label: `${kind.title} on ${title}${facet.title === null ? '' : `, ${facet.title}`}`,
          head: ['model', 'class', kind.across, kind.upward],
          texts: [0, 1],
          rows: shown.flatMap((label) => curvesOf(label).flatMap((curve) => curveRows(label, curve))),
        }}
      >
        {shown.map((label) => (
          <RateCurves
            key={label}
            id={identifier(kind.key, name, label, facet.title ?? '')}
            title={`${label} (${fixed(100 * prevalence(label), 1)} % of images)`}
            description={curvesOf(label)
              .map(({ words, points }) => `${words.name}: ${ratesSentence(points, kind)}`)
              .join('. ')}
            across={kind.across}
            upward={kind.upward}
            diagonal={kind.diagonal}
            steps={kind.steps}
            curves={curvesOf(label)}
          />
        ))}
      </Figure>
    </>
  );
}

function curvesOfClass(label: string, models: readonly ModelEvaluation[], kind: Kind, cells: Cells): RateCurve[] {
  return models.flatMap(({ model, curves }) => {
    const found = curves.find((each) => each.class === label);
    return found === undefined ? [] : [{ words: modelWords(model, cells), points: kind.of(found) }];
  });
}

function curveRows(label: string, { words, points }: RateCurve): (string | JSX.Element)[][] {
  return tenth(points).map(([x, y]) => [words.name, <Name key="class">{label}</Name>, fixed(x, 3), fixed(y, 3)]);
}

function ratesSentence(points: readonly Point[], { across, upward }: Kind): string {
  return `${upward} ${fixed(at(points, 0.1), 2)} at ${across} 0.1, ${fixed(at(points, 0.5), 2)} at 0.5`;
}

/** The curve's last point before the limit. */
function at(points: readonly Point[], x: number): number | null {
  return points.filter((point) => point[0] <= x).at(-1)?.[1] ?? null;
}

/** About ten rows of a curve are enough to read; the JSON beside the page has them all. */
function tenth(points: readonly Point[]): readonly Point[] {
  const step = Math.max(1, Math.ceil(points.length / 10));
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
