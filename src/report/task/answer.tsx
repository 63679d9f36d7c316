/** The answer for one data set: two sentences and one picture. */
import type { ComponentChildren, JSX } from 'preact';
import { DotPlot } from '../chart/dot-plot.tsx';
import { fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { metricWords } from '../metric.ts';
import { Figure, Name } from '../parts.tsx';
import { AnswerMarks, differenceRows, modelRows } from '../section/answer.tsx';
import { verdictOf } from '../verdict.ts';
import type { TaskDataset } from './study.ts';

interface AnswerProps {
  readonly dataset: TaskDataset;
  readonly metric: string;
  /** Further sentences. */
  readonly children?: ComponentChildren;
}

export function TaskAnswer({ dataset, metric, children }: AnswerProps): JSX.Element {
  const { title, evaluation } = dataset;
  const words = metricWords(metric);
  const verdict = verdictOf(dataset, metric);
  const [guess] = evaluation.baselines;
  const guessed = guess?.test[metric] ?? null;
  const differences = differenceRows(dataset, metric);
  const models = modelRows(dataset, metric);
  return (
    <article class="answer">
      <h3>
        <Name>{title}</Name>
      </h3>
      <p class="verdict">{verdict.best}</p>
      <p class="verdict second">{verdict.effect}</p>
      {children}
      <Figure
        id={identifier('answer', title)}
        caption={<AnswerMarks evaluation={evaluation} />}
        data={{
          label: `Test ${words.name} and differences, ${title}`,
          head: ['model or difference', `test ${words.name}`, 'low', 'high'],
          rows: [...models, ...differences].map((row) => [
            `${row.label} ${row.note}`,
            fixed(row.mean, 4),
            fixed(row.low, 4),
            fixed(row.high, 4),
          ]),
        }}
      >
        <DotPlot
          id={identifier('answer', title, 'models')}
          title={`Test ${words.name} of each model on ${title}`}
          description={models.map((row) => `${row.label} ${row.note}: ${row.value}`).join('. ')}
          axis={`test ${words.name}`}
          rows={models}
          reference={
            guess === undefined || guessed === null
              ? null
              : { value: guessed, label: `${guess.name} ${fixed(guessed, words.digits)}`, keep: true }
          }
        />
        {differences.length > 0 && (
          <DotPlot
            id={identifier('answer', title, 'differences')}
            title={`Paired differences in test ${words.name} on ${title}`}
            description={differences.map((row) => `${row.label}, ${row.note}: ${row.value}`).join('. ')}
            axis={`difference in test ${words.name}`}
            rows={differences}
            reference={{ value: 0, label: 'no difference', keep: true }}
          />
        )}
      </Figure>
    </article>
  );
}
