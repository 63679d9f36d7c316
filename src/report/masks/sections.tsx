/** The sections of the page on masks, in order. */
import type { JSX } from 'preact';
import { DotPlot } from '../chart/dot-plot.tsx';
import { fixed, listed, whole } from '../format.ts';
import { identifier } from '../identifier.ts';
import { betterArrow, metricWords } from '../metric.ts';
import { fullName, modelWords } from '../model.ts';
import { DataTable, Estimate, estimated, Figure, Name, Section } from '../parts.tsx';
import { AnswerMarks, differenceRows, modelRows } from '../section/answer.tsx';
import { ContrastsOfAllMetrics, ContrastsOfMetric } from '../section/contrasts.tsx';
import { verdictOf } from '../verdict.ts';
import { compareOrders, orderSentence } from './order.ts';
import type { MaskDataset, MaskStudy } from './study.ts';

export function MaskAnswer({ study: { datasets, metric } }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Section id="answer" title="The answer">
      {datasets.map((dataset) => (
        <DatasetAnswer key={dataset.title} dataset={dataset} metric={metric} />
      ))}
    </Section>
  );
}

function DatasetAnswer({ dataset, metric }: { readonly dataset: MaskDataset; readonly metric: string }): JSX.Element {
  const { title, evaluation } = dataset;
  const words = metricWords(metric);
  const verdict = verdictOf(dataset, metric);
  const order = compareOrders(dataset, metric);
  const constant = evaluation.baselines[0]?.test[metric] ?? null;
  const differences = differenceRows(dataset, metric);
  const models = modelRows(dataset, metric);
  return (
    <article class="answer">
      <h3>
        <Name>{title}</Name>
      </h3>
      <p class="verdict">{verdict.best}</p>
      <p class="verdict second">{verdict.effect}</p>
      {order !== null && dataset.classes !== null && <p>{orderSentence(order, metric, dataset.classes.metric)}</p>}
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
            constant === null
              ? null
              : { value: constant, label: `constant mask ${fixed(constant, words.digits)}`, keep: true }
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

export function MaskSetting({ study: { datasets } }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Section id="setting" title="Setting">
      <p>
        Each U-Net has an encoder that starts from other weights, and a decoder that starts at random. All are trained
        in the same way and with the same list of trials. Settings are chosen on the validation masks, and the network
        of the last epoch is tested. The whole picture is shown to the network, and masks are scored at the size of the
        pictures.
      </p>
      <DataTable
        label="Images and masks"
        head={['data set', 'training', 'validation', 'test', 'for pre-training too', 'side', 'classes', 'split']}
        texts={[0, 6, 7]}
        rows={datasets.map(({ title, about, split, evaluation: { counts, classes } }) => [
          <Name key="title">{title}</Name>,
          whole(counts.train.images),
          whole(counts.validation.images),
          whole(counts.test.images),
          whole(split.pretraining ?? 0),
          `${about.size} px`,
          classes.map((name) => `${name}${shareOf(about, name)}`).join(', '),
          `${split.policy}, seed ${split.seed}`,
        ])}
      />
      {datasets.map((dataset) => (
        <MaskTrials key={dataset.title} dataset={dataset} />
      ))}
    </Section>
  );
}

function shareOf({ masks }: MaskDataset['about'], name: string): string {
  const median = masks?.classes.find((each) => each.class === name)?.share[1];
  return median === undefined ? '' : ` (${fixed(100 * median, 1)} % of the picture)`;
}

function MaskTrials({ dataset: { title, trials, evaluation } }: { readonly dataset: MaskDataset }): JSX.Element | null {
  if (trials.length === 0) return null;
  return (
    <>
      <h3>
        Trials on <Name>{title}</Name>
      </h3>
      <DataTable
        label={`Trials of each model on ${title}`}
        head={['model', 'settings', 'validation cross entropy', 'Dice', 'IoU', 'choice']}
        texts={[0, 1, 5]}
        rows={trials.flatMap(({ model, trials: tried, chosen }) =>
          tried.map((trial, i) => [
            fullName(modelWords(model, evaluation.models)),
            Object.entries(trial.params)
              .map(([name, value]) => `${name} ${String(value)}`)
              .join(', '),
            fixed(trial.loss, 4),
            fixed(trial.dice, 3),
            fixed(trial.iou, 3),
            i === chosen ? 'chosen' : '',
          ]),
        )}
      />
      <p class="note">
        One training for each row, with the first seed. The least cross entropy of the last epoch on validation masks is
        chosen and used for all seeds. Test images choose nothing.
      </p>
    </>
  );
}

export function MaskResults({ study: { datasets, metric } }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Section id="results" title="Results">
      {datasets.map((dataset) => (
        <article key={dataset.title}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          <ScoreTable dataset={dataset} />
          <h4>Differences that the study asks about</h4>
          <ContrastsOfMetric dataset={dataset} metric={metric} />
          <details>
            <summary>All metrics</summary>
            <ContrastsOfAllMetrics dataset={dataset} />
          </details>
          <ClassTable dataset={dataset} />
        </article>
      ))}
    </Section>
  );
}

function ScoreTable({ dataset: { title, evaluation } }: { readonly dataset: MaskDataset }): JSX.Element {
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
            ...metrics.map((metric, i) => (
              <Estimate key={metric} {...estimated(summary.test[metric], words[i]?.digits ?? 3)} />
            )),
          ]),
          ...baselines.map(({ name, test }) => [
            name,
            ...metrics.map((metric, i) => fixed(test[metric] ?? null, words[i]?.digits ?? 3)),
          ]),
        ]}
      />
      <p class="note">
        Mean ± standard deviation over seeds, below it the {Math.round(100 * bootstrap.level)} % interval. ↑ higher is
        better, ↓ lower is better. Scores are means over images, then over classes, at the size of the pictures. NSD:
        the share of both edges within 1 % of the diagonal. An image without a class in both masks has no score for it;
        in one of them, it has Dice 0 and the diagonal as its distance. The last rows are guesses: one mask for every
        image, and a threshold of brightness.
      </p>
    </>
  );
}

function ClassTable({ dataset: { title, evaluation } }: { readonly dataset: MaskDataset }): JSX.Element {
  return (
    <details>
      <summary>Scores of each class</summary>
      <DataTable
        label={`Scores of each class on ${title}`}
        head={['model', 'class', 'images', 'Dice', 'IoU', 'NSD', 'HD95 (px)', 'missed', 'invented', 'left out']}
        texts={[0, 1]}
        rows={evaluation.models.flatMap(({ model, byClass }) =>
          byClass.map((row) => [
            model,
            <Name key="name">{row.class}</Name>,
            whole(row.images),
            fixed(row.dice, 3),
            fixed(row.iou, 3),
            fixed(row.nsd, 3),
            fixed(row.hd95, 1),
            whole(row.missed),
            whole(row.invented),
            whole(row.leftOut),
          ]),
        )}
      />
      <p class="note">
        Missed: masks of people have the class, and the network found none of it. Invented: the other way round. Left
        out: neither has it. These are summed over seeds.
      </p>
    </details>
  );
}

export function MaskOverlays({ study: { datasets } }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Section id="overlays" title="Masks to look at">
      {datasets.map(({ title, overlays, evaluation }) => (
        <figure key={title} id={identifier('overlays', title)} class="sheets">
          <img
            src={overlays.uri}
            width={overlays.width}
            height={overlays.height}
            alt={`Test images of ${title} with the edges of their masks`}
          />
          <figcaption>
            <Name>{title}</Name>: the {listed(evaluation.examples.map(({ rank }) => rank))} test image by the mean Dice
            of all models, a row each. White: the mask of people. Blue: the mask that was found. First the image, then{' '}
            {listed(evaluation.models.map(({ model }) => fullName(modelWords(model, evaluation.models))))}, first seed.
          </figcaption>
          <DataTable
            label={`Images that are shown, ${title}`}
            head={['rank', 'image', ...evaluation.models.map(({ model }) => `Dice of ${model}`)]}
            texts={[0, 1]}
            rows={evaluation.examples.map(({ rank, image, dice }) => [
              rank,
              <Name key="image">{image}</Name>,
              ...dice.map((value) => fixed(value, 3)),
            ])}
          />
        </figure>
      ))}
    </Section>
  );
}
