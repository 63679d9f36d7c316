/** Baselines on frozen features: how much each start knows before any fine-tuning. */
import type { JSX } from 'preact';
import { counted, fixed } from '../format.ts';
import { metricWords } from '../metric.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { DataTable, Estimate, estimated } from '../parts.tsx';
import type { DatasetResults } from '../study.ts';
import { at } from '../../util/known.ts';

const KINDS = { linear: 'linear classifier', knn: 'nearest neighbors' } as const;

export function Probes({
  dataset: { title, evaluation },
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element | null {
  const { probes, metrics } = evaluation;
  if (probes.length === 0) return null;
  const words = metrics.map(metricWords);
  const fewer = probes.some(({ labelFraction }) => labelFraction < 1);
  return (
    <>
      <h4>Frozen features of each start</h4>
      <DataTable
        label={`Probes of frozen features on ${title}`}
        head={['start of', 'probe', ...(fewer ? ['labels'] : []), ...words.map(({ short }) => short)]}
        texts={fewer ? [0, 1, 2] : [0, 1]}
        rows={probes.map(({ model, kind, labelFraction, summary }) => [
          fullName(modelWords(model, cells)),
          KINDS[kind],
          ...(fewer ? [`${fixed(100 * labelFraction, 0)} %`] : []),
          ...metrics.map((metric, i) => (
            <Estimate key={metric} {...estimated(summary.test[metric], at(words, i).digits)} />
          )),
        ])}
      />
      <p class="note">
        The network is not trained further: a linear classifier, or the nearest training images, on the features that
        fine-tuning starts from. {counted(Math.max(...probes.map(({ seeds }) => seeds)), 'seed')}. What fine-tuning adds
        is the difference to the table above.
      </p>
    </>
  );
}
