/** 1. The answer first: two sentences and one picture for each data set. */
import type { JSX } from 'preact';
import type { Evaluation } from '../../formats/evaluation.ts';
import { baselineName } from '../baseline.ts';
import { caveatsOf } from '../caveat.ts';
import { DotPlot, type DotRow } from '../chart/dot-plot.tsx';
import { contrastsIn } from '../contrast.ts';
import { cannotTell } from '../difference.ts';
import { counted, fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { metricWords } from '../metric.ts';
import { modelWords } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
import type { ComparedDataset } from '../compared.ts';
import type { DatasetResults, Study } from '../study.ts';
import { differenceText, verdictOf } from '../verdict.ts';
import { hasAudit } from './audit.tsx';

/**
 * Numbers of seeds with which Student's distribution widens an interval by more than a third: t is 12.7, 4.3, 3.2 and
 * 2.8 instead of 2.
 */
const FEW = [2, 3, 4, 5];

export function AnswerSection({ study }: { readonly study: Study }): JSX.Element {
  return (
    <Section id="answer" title="The answer">
      {study.datasets.map((dataset) => (
        <DatasetAnswer key={dataset.name} study={study} dataset={dataset} />
      ))}
    </Section>
  );
}

function DatasetAnswer({ study, dataset }: { readonly study: Study; readonly dataset: DatasetResults }): JSX.Element {
  const { metric } = study;
  const verdict = verdictOf(dataset, metric);
  return (
    <article class="answer">
      <h3>
        <Name>{dataset.title}</Name>
      </h3>
      <p class="verdict">{verdict.best}</p>
      <p class="verdict second">{verdict.effect}</p>
      <Caveats dataset={dataset} provenance={study.provenance} />
      <AnswerFigure dataset={dataset} metric={metric} />
    </article>
  );
}

function AnswerFigure({ dataset, metric }: { readonly dataset: DatasetResults; readonly metric: string }): JSX.Element {
  const { evaluation } = dataset;
  const words = metricWords(metric);
  const models = modelRows(dataset, metric);
  const differences = differenceRows(dataset, metric);
  const baseline = evaluation.majority.test[metric] ?? null;
  const arrow = { higher: 'right is better', lower: 'left is better', zero: 'nearer to 0 is better' }[words.better];
  return (
    <Figure
      id={identifier('answer', dataset.name)}
      caption={
        <>
          <AnswerMarks evaluation={evaluation} /> A value without a line has no interval, because too few test images
          decide it.
          {FEW.includes(evaluation.seeds.length) && ' So few trainings leave wide intervals; more seeds narrow them.'}
        </>
      }
      data={{
        label: `Test ${words.name} and differences, ${dataset.title}`,
        head: ['model or difference', `test ${words.name}`, 'low', 'high', 'each seed'],
        texts: [0, 4],
        rows: [...models, ...differences].map((row) => [
          `${row.label} ${row.note}`,
          fixed(row.mean, 4),
          fixed(row.low, 4),
          fixed(row.high, 4),
          row.dots.map((dot) => fixed(dot, 4)).join('  '),
        ]),
      }}
    >
      <DotPlot
        id={identifier('answer', dataset.name, 'models')}
        title={`Test ${words.name} of each model on ${dataset.title}`}
        description={models.map((row) => `${row.label} ${row.note}: ${row.value}`).join('. ')}
        axis={`test ${words.name} (${arrow})`}
        rows={models}
        reference={
          baseline === null
            ? null
            : { value: baseline, label: `${baselineName(evaluation)} ${fixed(baseline, words.digits)}`, keep: false }
        }
      />
      {differences.length > 0 && (
        <DotPlot
          id={identifier('answer', dataset.name, 'differences')}
          title={`Paired differences in test ${words.name} on ${dataset.title}`}
          description={differences
            .map((row) => `${row.label}, ${row.note}: ${row.value}${row.open ? ', cannot tell' : ''}`)
            .join('. ')}
          axis={`difference in test ${words.name}`}
          rows={differences}
          reference={{ value: 0, label: 'no difference', keep: true }}
        />
      )}
    </Figure>
  );
}

/** The marks of the answer's picture, in words. */
export function AnswerMarks({
  evaluation: { counts, seeds, bootstrap },
}: {
  readonly evaluation: Pick<Evaluation, 'seeds' | 'bootstrap'> & {
    readonly counts: { readonly test: Pick<Evaluation['counts']['test'], 'images' | 'groups'> };
  };
}): JSX.Element {
  return (
    <>
      {counted(counts.test.images, 'test image')} of {counted(counts.test.groups, 'group')},{' '}
      {counted(seeds.length, 'seed')}. Small dots: one training each. Large mark: their mean. Line:{' '}
      {Math.round(100 * bootstrap.level)} % interval of a paired bootstrap over groups and seeds. A hollow mark means
      that the interval of the difference includes 0: we cannot tell.
    </>
  );
}

function Caveats({
  dataset,
  provenance,
}: {
  readonly dataset: DatasetResults;
  readonly provenance: Study['provenance'];
}): JSX.Element | null {
  const caveats = caveatsOf(dataset, provenance);
  if (caveats.length === 0) return null;
  return (
    <div class="faults" role="note">
      <h4>Before you believe this</h4>
      <ul>
        {caveats.map((caveat) => (
          <li key={caveat}>{caveat}</li>
        ))}
      </ul>
      {hasAudit(dataset) && (
        <p>
          <a href="#audit">Leaks in the data</a>
        </p>
      )}
    </div>
  );
}

export function modelRows({ evaluation }: ComparedDataset, metric: string): DotRow[] {
  const { digits } = metricWords(metric);
  return evaluation.models.map(({ model, summary, seeds }) => {
    const { name, start, color, marker } = modelWords(model, evaluation.models);
    const { mean, low, high } = summary.test[metric] ?? { mean: null, low: null, high: null };
    const dots = seeds.flatMap(({ test }) => test[metric] ?? []);
    return {
      label: name,
      note: start === name ? '' : start,
      value: `${fixed(mean, digits)} [${fixed(low, digits)}, ${fixed(high, digits)}]`,
      mean,
      low,
      high,
      dots,
      color,
      marker,
      open: false,
    };
  });
}

/** The differences that the study asks about. */
export function differenceRows({ evaluation }: ComparedDataset, metric: string): DotRow[] {
  const words = metricWords(metric);
  return contrastsIn(evaluation, metric).map(({ model, against, note, difference }) => {
    const bySeed = (of: string) =>
      new Map(
        evaluation.models
          .filter((each) => each.model === of)
          .flatMap(({ seeds }) => seeds.map(({ seed, test }) => [seed, test[metric] ?? null] as const)),
      );
    const [own, other] = [bySeed(model), bySeed(against)];
    const dots = [...own].flatMap(([seed, value]) => {
      const before = other.get(seed) ?? null;
      return value === null || before === null ? [] : [value - before];
    });
    const { color, marker, name, start } = modelWords(model, evaluation.models);
    return {
      // Without labels of their own, models have long names, and the question says the same.
      label: name === start && note !== '' ? note : `${name} − ${modelWords(against, evaluation.models).name}`,
      note: name === start ? '' : note,
      value: differenceText(difference, words, 'signed'),
      mean: difference.mean,
      low: difference.low,
      high: difference.high,
      dots,
      color,
      marker,
      open: cannotTell(difference),
    };
  });
}
