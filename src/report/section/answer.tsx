/** 1. The answer first: two sentences and one picture for each data set. */
import type { JSX } from 'preact';
import { caveatsOf } from '../caveat.ts';
import { DotPlot, type DotRow } from '../chart/dot-plot.tsx';
import { cannotTell, differenceOf } from '../difference.ts';
import { counted, fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { metricWords } from '../metric.ts';
import { modelWords } from '../model.ts';
import { Figure, Name, Section } from '../parts.tsx';
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
  const { metric, transfer } = study;
  const { evaluation } = dataset;
  const words = metricWords(metric);
  const verdict = verdictOf(dataset, metric, transfer);
  const models = modelRows(dataset, metric, transfer);
  const differences = differenceRows(dataset, metric, transfer);
  const baseline = evaluation.majority.test[metric] ?? null;
  const arrow = words.better === 'higher' ? 'right is better' : 'left is better';
  return (
    <article class="answer">
      <h3>
        <Name>{dataset.title}</Name>
      </h3>
      <p class="verdict">{verdict.best}</p>
      <p class="verdict second">{verdict.effect}</p>
      <Caveats dataset={dataset} />
      <Figure
        id={identifier('answer', dataset.name)}
        caption={
          <>
            {counted(evaluation.counts.test.images, 'test image')} of {counted(evaluation.counts.test.groups, 'group')},{' '}
            {counted(evaluation.seeds.length, 'seed')}. Small dots: one training each. Large mark: their mean. Line:{' '}
            {Math.round(100 * evaluation.bootstrap.level)} % interval of a paired bootstrap over groups and seeds. A
            hollow mark means that the interval of the difference includes 0: we cannot tell.
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
              : { value: baseline, label: `majority class ${fixed(baseline, words.digits)}`, keep: false }
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
    </article>
  );
}

function Caveats({ dataset }: { readonly dataset: DatasetResults }): JSX.Element | null {
  const caveats = caveatsOf(dataset);
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

function modelRows({ evaluation }: DatasetResults, metric: string, transfer: string): DotRow[] {
  const { digits } = metricWords(metric);
  return evaluation.models.map(({ model, summary, seeds }) => {
    const { name, start, color, marker } = modelWords(model, transfer);
    const { mean, low, high } = summary.test[metric] ?? { mean: null, low: null, high: null };
    const dots = seeds.flatMap(({ test }) => test[metric] ?? []);
    return {
      label: name,
      note: start,
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

/** The difference that each step away from a random start makes. */
function differenceRows({ evaluation }: DatasetResults, metric: string, transfer: string): DotRow[] {
  const words = metricWords(metric);
  const pairs = [
    { model: 'M2', against: 'M1', note: 'SSL from random' },
    { model: 'M3', against: 'M1', note: `${transfer}, not random` },
    { model: 'M4', against: 'M3', note: `SSL from ${transfer}` },
    { model: 'M4', against: 'M2', note: `${transfer} before SSL` },
  ];
  return pairs.flatMap(({ model, against, note }) => {
    const difference = differenceOf(evaluation, model, against, metric);
    if (difference === null) return [];
    const bySeed = (of: string) =>
      new Map(
        evaluation.models
          .find((each) => each.model === of)!
          .seeds.map(({ seed, test }) => [seed, test[metric] ?? null]),
      );
    const [own, other] = [bySeed(model), bySeed(against)];
    const dots = [...own].flatMap(([seed, value]) => {
      const before = other.get(seed) ?? null;
      return value === null || before === null ? [] : [value - before];
    });
    const { color, marker } = modelWords(model, transfer);
    return [
      {
        label: `${model} − ${against}`,
        note,
        value: differenceText(difference, words, 'signed'),
        ...difference,
        dots,
        color,
        marker,
        open: cannotTell(difference),
      },
    ];
  });
}
