/** The scores without the test images that equal a training image. */
import type { JSX } from 'preact';
import { counted, withSpread, whole } from '../format.ts';
import { metricWords } from '../metric.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { DataTable } from '../parts.tsx';
import type { DatasetResults } from '../study.ts';
import { at } from '../../util/known.ts';

export function WithoutCopies({
  dataset: { title, evaluation },
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element | null {
  const { withoutCopies, metrics, counts } = evaluation;
  if (withoutCopies === null) return null;
  const words = metrics.map(metricWords);
  const copies = counts.test.images - withoutCopies.images;
  return (
    <>
      <h4>Without the {counted(copies, 'test image')} that equal a training image</h4>
      <DataTable
        label={`Test metrics on ${title} without copies of training images`}
        head={['model', ...words.map(({ short }) => short)]}
        rows={withoutCopies.models.map(({ model, test }) => [
          fullName(modelWords(model, cells)),
          ...metrics.map((metric, i) => withSpread(test[metric] ?? { mean: null, sd: null }, at(words, i).digits)),
        ])}
      />
      <p class="note">Mean ± standard deviation over seeds on the other {whole(withoutCopies.images)} test images.</p>
    </>
  );
}
