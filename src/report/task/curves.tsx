/** The learning curves of a task, with bands over seeds. */
import type { JSX } from 'preact';
import { LineChart } from '../chart/line-chart.tsx';
import { epochsOf, meanAt, pointsOf, type Panel } from '../curve-panels.ts';
import { fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { modelWords } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import type { TaskDataset, TaskFineTuning } from './study.ts';

interface Curves<Epoch extends { readonly epoch: number }> extends Pick<TaskDataset, 'title' | 'evaluation'> {
  readonly fineTuning: readonly TaskFineTuning<Epoch>[];
}

export function TaskCurves<Epoch extends { readonly epoch: number }>({
  datasets,
  panels,
}: {
  readonly datasets: readonly Curves<Epoch>[];
  readonly panels: readonly Panel<Epoch>[];
}): JSX.Element {
  return (
    <Section id="curves" title="Learning curves">
      {datasets.map((dataset) => (
        <article key={dataset.title}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          <FineTuningFigure dataset={dataset} panels={panels} />
        </article>
      ))}
    </Section>
  );
}

function FineTuningFigure<Epoch extends { readonly epoch: number }>({
  dataset,
  panels,
}: {
  readonly dataset: Curves<Epoch>;
  readonly panels: readonly Panel<Epoch>[];
}): JSX.Element {
  const { fineTuning, title, evaluation } = dataset;
  const models = evaluation.models.map(({ model }) => model);
  const runsOf = (model: string) => fineTuning.filter((run) => run.model === model);
  return (
    <Figure
      id={identifier('tuning', title)}
      caption="Fine-tuning. Line: mean over seeds; band: least to greatest seed. Training values are of augmented batches while the weights were moving."
      data={{
        label: `Fine-tuning curves on ${title}, means over seeds`,
        head: ['model', 'epoch', ...panels.map((panel) => panel.title)],
        rows: models.flatMap((model) =>
          epochsOf(runsOf(model)).map((epoch) => [
            model,
            String(epoch),
            ...panels.map(({ of }) => fixed(meanAt(runsOf(model), epoch, of), 4)),
          ]),
        ),
      }}
    >
      {panels.map(({ key, title: panel, of }) => (
        <LineChart
          key={key}
          id={identifier('tuning', title, key)}
          title={panel}
          description={`${panel} of ${models.join(', ')} by epoch`}
          curves={models.map((model) => ({
            words: modelWords(model, evaluation.models),
            seeds: runsOf(model).map(({ epochs }) => pointsOf(epochs, of)),
          }))}
        />
      ))}
    </Figure>
  );
}
