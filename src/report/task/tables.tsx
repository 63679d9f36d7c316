/** The tables of one data set: its images, trials and scores, and the examples that are shown. */
import type { ComponentChildren, JSX } from 'preact';
import { fixed, listed, whole } from '../format.ts';
import { identifier } from '../identifier.ts';
import { betterArrow, metricWords } from '../metric.ts';
import { fullName, modelWords } from '../model.ts';
import { DataTable, Estimate, estimated, Name } from '../parts.tsx';
import { ContrastsOfAllMetrics, ContrastsOfMetric } from '../section/contrasts.tsx';
import type { TaskDataset } from './study.ts';

/** `classesOf` describes the classes of a data set in a few words. */
export function ImagesTable<Own extends TaskDataset>({
  label,
  datasets,
  classesOf,
}: {
  readonly label: string;
  readonly datasets: readonly Own[];
  readonly classesOf: (dataset: Own) => string;
}): JSX.Element {
  return (
    <DataTable
      label={label}
      head={['data set', 'training', 'validation', 'test', 'for pre-training too', 'side', 'classes', 'split']}
      texts={[0, 6, 7]}
      rows={datasets.map((dataset) => {
        const { title, about, split, evaluation } = dataset;
        const { train, validation, test } = evaluation.counts;
        return [
          <Name key="title">{title}</Name>,
          ...[train, validation, test].map(({ images }) => whole(images)),
          whole(split.pretraining ?? 0),
          `${about.size} px`,
          classesOf(dataset),
          `${split.policy}, seed ${split.seed}`,
        ];
      })}
    />
  );
}

/** A column of scores beside the settings of each trial. */
interface TrialColumn<Tried> {
  readonly head: string;
  readonly of: (trial: Tried) => string;
}

export function TriedSettings<Tried extends TaskDataset['trials'][number]['trials'][number]>({
  dataset: { title, trials, evaluation },
  columns,
  children,
}: {
  readonly dataset: Pick<TaskDataset, 'title' | 'evaluation'> & {
    readonly trials: readonly { readonly model: string; readonly chosen: number; readonly trials: readonly Tried[] }[];
  };
  readonly columns: readonly TrialColumn<Tried>[];
  /** The rule of the choice. */
  readonly children: ComponentChildren;
}): JSX.Element | null {
  if (trials.length === 0) return null;
  return (
    <>
      <h3>
        Trials on <Name>{title}</Name>
      </h3>
      <DataTable
        label={`Trials of each model on ${title}`}
        head={['model', 'settings', ...columns.map(({ head }) => head), 'choice']}
        texts={[0, 1, 2 + columns.length]}
        rows={trials.flatMap(({ model, trials: tried, chosen }) =>
          tried.map((trial, i) => [
            fullName(modelWords(model, evaluation.models)),
            Object.entries(trial.params)
              .map(([name, value]) => `${name} ${String(value)}`)
              .join(', '),
            ...columns.map(({ of }) => of(trial)),
            i === chosen ? 'chosen' : '',
          ]),
        )}
      />
      <p class="note">
        One training for each row, with the first seed. {children} is chosen and used for all seeds. Test images choose
        nothing.
      </p>
    </>
  );
}

/** All scores with intervals, guesses below, and the differences that the study asks about. `children`: a note. */
export function ScoresOfDataset({
  dataset,
  metric,
  children,
}: {
  readonly dataset: TaskDataset;
  readonly metric: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { title, evaluation } = dataset;
  const { metrics, models, baselines, bootstrap } = evaluation;
  const words = metrics.map(metricWords);
  return (
    <>
      <DataTable
        label={`Test metrics on ${title}`}
        head={['model', ...words.map((each) => `${each.short} ${betterArrow(each)}`)]}
        rows={[
          ...models.map(({ model, summary }) => [
            fullName(modelWords(model, models)),
            ...metrics.map((name, i) => (
              <Estimate key={name} {...estimated(summary.test[name], words[i]?.digits ?? 3)} />
            )),
          ]),
          ...baselines.map(({ name, test }) => [
            name,
            ...metrics.map((each, i) => fixed(test[each] ?? null, words[i]?.digits ?? 3)),
          ]),
        ]}
      />
      <p class="note">
        Mean ± standard deviation over seeds, below it the {Math.round(100 * bootstrap.level)} % interval. ↑ higher is
        better, ↓ lower is better. {children}
      </p>
      <h4>Differences that the study asks about</h4>
      <ContrastsOfMetric dataset={dataset} metric={metric} />
      <details>
        <summary>All metrics</summary>
        <ContrastsOfAllMetrics dataset={dataset} />
      </details>
    </>
  );
}

interface ExamplesProps {
  readonly dataset: TaskDataset;
  /** Text of the picture for readers who do not see it. */
  readonly alt: string;
  /** The score that ranks images: `mean Dice`. */
  readonly rankedBy: string;
  /** The colors, in words. */
  readonly legend: string;
  /** The head of the columns of scores, and the scores of each example by model. */
  readonly scoreName: string;
  readonly scores: readonly (readonly (number | null)[])[];
  readonly digits: number;
}

export function Examples(props: ExamplesProps): JSX.Element {
  const { title, pictures, evaluation } = props.dataset;
  const { models, examples } = evaluation;
  return (
    <figure id={identifier('examples', title)} class="sheets">
      <img src={pictures.uri} width={pictures.width} height={pictures.height} alt={props.alt} />
      <figcaption>
        <Name>{title}</Name>: the {listed(examples.map(({ rank }) => rank))} test image by the {props.rankedBy} of all
        models, a row each. {props.legend} First the image, then{' '}
        {listed(models.map(({ model }) => fullName(modelWords(model, models))))}, first seed.
      </figcaption>
      <DataTable
        label={`Images that are shown, ${title}`}
        head={['rank', 'image', ...models.map(({ model }) => `${props.scoreName} of ${model}`)]}
        texts={[0, 1]}
        rows={examples.map(({ rank, image }, i) => [
          rank,
          <Name key="image">{image}</Name>,
          ...(props.scores[i] ?? []).map((value) => fixed(value, props.digits)),
        ])}
      />
    </figure>
  );
}
