/** 8. The test images in feature space, before and after fine-tuning. */
import type { JSX } from 'preact';
import { classLook, Scatter } from '../chart/scatter.tsx';
import type { Embedding } from '../explanation.ts';
import { counted, fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { MarkerLegend } from '../marker-legend.tsx';
import { fullName, modelWords, type Cells } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import { separation } from '../separation.ts';
import type { DatasetResults, Study } from '../study.ts';
import { at } from '../../util/known.ts';

export function EmbeddingsSection({ study }: { readonly study: Study }): JSX.Element {
  const shown = study.datasets.filter(({ explanations }) => explanations.length > 0);
  return (
    <Section id="embeddings" title="Separation of classes by features">
      <p>
        Every point is a test image, placed by the features of one network. “Before” is the start, “after” the
        fine-tuned network. A plane shows only part of what is in hundreds of dimensions: two clouds that overlap here
        may be apart there, and their distances in the plane are no measurement.
      </p>
      {shown.map((dataset) => (
        <DatasetEmbeddings key={dataset.name} dataset={dataset} cells={dataset.evaluation.models} />
      ))}
    </Section>
  );
}

const WHEN = ['before', 'after'] as const;

function DatasetEmbeddings({
  dataset,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element {
  const { title, explanations } = dataset;
  const methods = [...new Set(explanations.flatMap(({ embeddings }) => embeddings.map(({ method }) => method)))];
  return (
    <article>
      <h3>
        <Name>{title}</Name>
      </h3>
      <MarkerLegend of={at(explanations, 0).classes.map((label, k) => ({ name: label, ...classLook(k) }))} />
      {methods.map((method) => (
        <div key={method}>
          <h4>{HEADINGS[method]}</h4>
          <MethodFigure dataset={dataset} method={method} cells={cells} />
        </div>
      ))}
    </article>
  );
}

const HEADINGS = { PCA: 'Principal components', UMAP: 'UMAP' } as const;

const METHODS = {
  PCA: 'Principal components of the features before the last layer: a flat shadow, chosen to be as wide as possible.',
  UMAP:
    'UMAP of the features before the last layer: a map that keeps neighbors together; sizes of gaps and clouds mean ' +
    'nothing.',
} as const;

interface Plane extends Embedding {
  readonly model: string;
  readonly labels: readonly number[];
}

function MethodFigure({
  dataset: { name, title, explanations },
  method,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly method: Embedding['method'];
  readonly cells: Cells;
}): JSX.Element {
  const planes = explanations.flatMap(({ model, labels, embeddings }): Plane[] =>
    embeddings
      .filter((each) => each.method === method)
      .map((embedding) => ({ ...embedding, model: fullName(modelWords(model, cells)), labels })),
  );
  const classes = at(explanations, 0).classes.length;
  return (
    <Figure
      id={identifier('embeddings', name, method)}
      caption={[METHODS[method], ...planes.flatMap(explainedSentence)].join(' ')}
      data={{
        label: `Neighbours in the plane on ${title}, ${method}`,
        head: ['model', 'weights', 'images', 'share whose nearest neighbor in the plane has the same class'],
        texts: [0, 1],
        rows: planes.flatMap((plane) =>
          WHEN.map((when) => [
            plane.model,
            when,
            String(plane.labels.length),
            fixed(separation(plane[when], plane.labels), 3),
          ]),
        ),
      }}
    >
      {planes.flatMap((plane) =>
        WHEN.map((when) => (
          <Scatter
            key={`${plane.model}-${when}`}
            id={identifier('embeddings', name, method, plane.model, when)}
            title={`${plane.model}, ${when} fine-tuning`}
            description={
              `${method} of ${counted(plane.labels.length, 'test image')}; ` +
              `${fixed(100 * (separation(plane[when], plane.labels) ?? 0), 0)} % have a nearest neighbor of their ` +
              'own class in this plane.'
            }
            points={plane[when]}
            labels={plane.labels}
            classes={classes}
          />
        )),
      )}
    </Figure>
  );
}

function explainedSentence({ model, explained }: Plane): string[] {
  return explained === null
    ? []
    : [
        `The plane of ${model} holds ${fixed(100 * explained.before, 0)} % of the variance before and ` +
          `${fixed(100 * explained.after, 0)} % after.`,
      ];
}
