/** 4. The learning curves: fine-tuning with bands over seeds, and pre-training. */
import { mean } from 'd3-array';
import type { JSX } from 'preact';
import { LineChart, type Curve } from '../chart/line-chart.tsx';
import { epochsOf, meanAt, pointsOf, type Panel } from '../curve-panels.ts';
import { fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { facetsOf, modelWords, startWords, type Cells } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import type { DatasetResults, FineTuning, FineTuningEpoch, PreTraining, Study } from '../study.ts';
import { at } from '../../util/known.ts';

export function CurvesSection({ study }: { readonly study: Study }): JSX.Element {
  const shown = study.datasets.filter(({ fineTuning, preTraining }) => fineTuning.length + preTraining.length > 0);
  return (
    <Section id="curves" title="Learning curves">
      {shown.map((dataset) => (
        <article key={dataset.name}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          {dataset.fineTuning.length > 0 && <FineTuningFigure dataset={dataset} cells={dataset.evaluation.models} />}
          {[...new Set(dataset.preTraining.map(({ method }) => method))].map((method) => (
            <PreTrainingFigure key={method} dataset={dataset} method={method} cells={dataset.evaluation.models} />
          ))}
        </article>
      ))}
    </Section>
  );
}

const FINE_TUNING: readonly Panel<FineTuningEpoch>[] = [
  { key: 'train-loss', title: 'training loss', of: ({ train }) => train.loss },
  { key: 'validation-loss', title: 'validation loss', of: ({ validation }) => validation.loss },
  { key: 'train-accuracy', title: 'training accuracy', of: ({ train }) => train.accuracy },
  { key: 'validation-accuracy', title: 'validation accuracy', of: ({ validation }) => validation.accuracy },
];

function FineTuningFigure({
  dataset,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element {
  const { fineTuning, name, title } = dataset;
  const models = [...new Set(fineTuning.map(({ model }) => model))];
  return (
    <Figure
      id={identifier('tuning', name)}
      caption="Fine-tuning. Line: mean over seeds; band: least to greatest seed. The network of the last epoch is the one that is tested. Training values are of augmented batches while the weights were moving, so they can lie above or below validation for that reason alone."
      data={{
        label: `Fine-tuning curves on ${title}, means over seeds`,
        head: ['model', 'epoch', ...FINE_TUNING.map((panel) => panel.title)],
        rows: models.flatMap((model) => {
          const runs = fineTuning.filter((run) => run.model === model);
          return epochsOf(runs).map((epoch) => [
            model,
            String(epoch),
            ...FINE_TUNING.map(({ of }) => fixed(meanAt(runs, epoch, of), 4)),
          ]);
        }),
      }}
    >
      {facetsOf(cells).flatMap((facet) =>
        FINE_TUNING.map((panel) => {
          const curves = models
            .filter((model) => facet.models.includes(model))
            .map((model) =>
              fineTuningCurve(
                fineTuning.filter((run) => run.model === model),
                cells,
                panel,
              ),
            );
          return (
            <LineChart
              key={`${panel.key} ${facet.title ?? ''}`}
              id={identifier('tuning', name, panel.key, facet.title ?? '')}
              title={facet.title === null ? panel.title : `${facet.title}: ${panel.title}`}
              description={endsSentence(curves)}
              curves={curves}
            />
          );
        }),
      )}
    </Figure>
  );
}

function fineTuningCurve(runs: readonly FineTuning[], cells: Cells, { of }: Panel<FineTuningEpoch>): Curve {
  const seeds = runs.map(({ epochs }) => pointsOf(epochs, of));
  return { words: modelWords(at(runs, 0).model, cells), seeds };
}

type PreTrainingEpoch = PreTraining['epochs'][number];

const PRE_TRAINING: readonly Panel<PreTrainingEpoch>[] = [
  { key: 'loss', title: 'pre-training loss', of: ({ loss }) => loss },
  { key: 'embedding', title: 'standard deviation of the embedding', of: ({ embeddingStd }) => embeddingStd },
  { key: 'knn', title: 'probe: validation balanced accuracy', of: ({ knn }) => knn },
];

function PreTrainingFigure({
  dataset,
  method,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly method: string;
  readonly cells: Cells;
}): JSX.Element {
  const { name, title } = dataset;
  const preTraining = dataset.preTraining.filter((run) => run.method === method);
  const starts = [...new Set(preTraining.map(({ start }) => start))];
  return (
    <Figure
      id={identifier('pretraining', name, method)}
      caption={
        <>
          Self-supervised pre-training (<Name>{method}</Name>) on the training images, without labels. A standard
          deviation that falls to 0 would mean collapse: every image mapped to one point. The probe classifies
          validation images by their nearest training images; it selects nothing.
        </>
      }
      data={{
        label: `Pre-training curves on ${title}, ${method}`,
        head: ['start', 'seed', 'epoch', 'loss', 'embedding std', 'probe'],
        rows: preTraining.flatMap(({ start, seed, epochs }) =>
          epochs.map((row) => [
            <Name key="start">{start}</Name>,
            String(seed),
            String(row.epoch),
            fixed(row.loss, 4),
            fixed(row.embeddingStd, 5),
            fixed(row.knn, 4),
          ]),
        ),
      }}
    >
      {PRE_TRAINING.filter(({ of }) => preTraining.some(({ epochs }) => epochs.some((row) => of(row) !== null))).map(
        ({ key, title: panel, of }) => {
          const curves = starts.map((start) => ({
            words: startWords(start, method, cells),
            seeds: preTraining.filter((run) => run.start === start).map(({ epochs }) => pointsOf(epochs, of)),
          }));
          return (
            <LineChart
              key={key}
              id={identifier('pretraining', name, method, key)}
              title={panel}
              description={endsSentence(curves)}
              curves={curves}
              reference={key === 'embedding' ? spreadEvenly(preTraining[0]?.width) : undefined}
              fromZero={key === 'embedding'}
            />
          );
        },
      )}
    </Figure>
  );
}

/** The standard deviation of embeddings that are spread evenly over the sphere of that dimension. */
function spreadEvenly(width: number | undefined): { value: number; label: string } | undefined {
  return width === undefined ? undefined : { value: 1 / Math.sqrt(width), label: `1/√${width}: spread evenly` };
}

function endsSentence(curves: readonly Curve[]): string {
  const ends = curves.map(
    ({ words, seeds }) =>
      `${words.name} from ${fixed(mean(seeds.flatMap((seed) => seed[0]?.y ?? [])) ?? null, 3)} to ` +
      fixed(mean(seeds.flatMap((seed) => seed.at(-1)?.y ?? [])) ?? null, 3),
  );
  return `First to last epoch, mean over seeds: ${ends.join('; ')}.`;
}
