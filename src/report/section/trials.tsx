/** The settings that were tried and chosen, model by model, with the spread over trials. */
import type { JSX } from 'preact';
import { fixed } from '../format.ts';
import { fullName, modelWords } from '../model.ts';
import { DataTable } from '../parts.tsx';
import type { DatasetResults, TriedModel } from '../study.ts';

export function TrialsTable({ dataset }: { readonly dataset: DatasetResults }): JSX.Element | null {
  const { trials, title, evaluation } = dataset;
  if (trials.length === 0) return null;
  return (
    <>
      <h4>Trials</h4>
      <DataTable
        label={`Trials of each model on ${title}`}
        head={['model', 'settings', 'validation log loss', 'accuracy', 'AUC', 'choice']}
        texts={[0, 1, 5]}
        rows={trials.flatMap((tried) =>
          tried.trials.map((trial, i) => [
            fullName(modelWords(tried.model, evaluation.models)),
            settingsText(trial.params),
            fixed(trial.scaledLoss, 3),
            fixed(trial.accuracy, 3),
            fixed(trial.auc, 3),
            i === tried.chosen ? 'chosen' : '',
          ]),
        )}
      />
      <p class="note">
        One training for each row, with the first seed. The least log loss of the last epoch on validation images, after
        temperature scaling, is chosen and used for all seeds. Test images choose nothing.
      </p>
    </>
  );
}

const settingsText = (params: TriedModel['trials'][number]['params']): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
