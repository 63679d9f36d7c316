/** 7. The confusion matrices. */
import type { JSX } from 'preact';
import { ConfusionMatrix } from '../chart/confusion-matrix.tsx';
import { hasConfusion } from '../confusable.ts';
import { identifier } from '../identifier.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import { Mistakes } from './mistakes.tsx';
import type { DatasetResults, Study } from '../study.ts';
import { at } from '../../util/known.ts';

export function ConfusionSection({ study }: { readonly study: Study }): JSX.Element {
  return (
    <Section id="confusion" title="Confusion of classes">
      {study.datasets.filter(hasConfusion).map((dataset) => (
        <DatasetMatrices key={dataset.name} dataset={dataset} cells={dataset.evaluation.models} />
      ))}
    </Section>
  );
}

function DatasetMatrices({ dataset, cells }: { readonly dataset: DatasetResults; readonly cells: Cells }): JSX.Element {
  const { name, title, evaluation } = dataset;
  const { classes, models, seeds } = evaluation;
  return (
    <article>
      <h3>
        <Name>{title}</Name>
      </h3>
      <Figure
        id={identifier('confusion', name)}
        caption={
          'Rows: the class that an image has; columns: the class that it was given. The shade is the share of the ' +
          `row, the number counts test images${seeds.length > 1 ? `, summed over ${seeds.length} seeds` : ''}.`
        }
        data={{
          label: `Confusion matrices on ${title}`,
          head: ['model', 'class', ...classes.map((each) => `as ${each}`)],
          texts: [0, 1],
          rows: models.flatMap(({ model, confusion }) =>
            confusion.map((row, k) => [model, <Name key="class">{at(classes, k)}</Name>, ...row.map(String)]),
          ),
        }}
      >
        {models.map(({ model, confusion }) => (
          <ConfusionMatrix
            key={model}
            id={identifier('confusion', name, model)}
            title={fullName(modelWords(model, cells))}
            classes={classes}
            counts={confusion}
          />
        ))}
      </Figure>
      <Mistakes dataset={dataset} cells={cells} />
    </article>
  );
}
