/** 5. Are the probabilities honest, and does self-supervision make them so? */
import type { Calibration as Calibrated, ReliabilityBin } from '../../formats/evaluation.ts';
import type { JSX } from 'preact';
import { ReliabilityDiagram } from '../chart/reliability.tsx';
import { fixed, signed, withSpread } from '../format.ts';
import { identifier } from '../identifier.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { excessConfidence, overconfidenceSentences } from '../overconfidence.ts';
import { DataTable, Figure, Name, Section } from '../parts.tsx';
import type { DatasetResults, Study } from '../study.ts';

export function CalibrationSection({ study }: { readonly study: Study }): JSX.Element {
  return (
    <Section id="calibration" title="Are the probabilities honest?">
      <p>
        A network that says 0.9 should be right nine times in ten. The paper claims that self-supervision prevents
        overconfidence; here that is tested as a difference in calibration error (ECE), with an interval.
      </p>
      {study.datasets.map((dataset) => (
        <DatasetCalibration key={dataset.name} dataset={dataset} cells={dataset.evaluation.models} />
      ))}
    </Section>
  );
}

const OF_FINDINGS =
  'Here confidence is the probability of a finding, and accuracy the share of known labels that have it. All findings ' +
  'are counted together.';

function DatasetCalibration({
  dataset,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element {
  const { title, evaluation } = dataset;
  return (
    <article>
      <h3>
        <Name>{title}</Name>
      </h3>
      {evaluation.task === 'findings' && <p>{OF_FINDINGS}</p>}
      {overconfidenceSentences(evaluation).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <DataTable
        label={`Calibration on the test part of ${title}`}
        head={['model', 'confidence − accuracy', 'temperature', 'ECE', 'scaled', 'Loss', 'scaled', 'Brier', 'scaled']}
        rows={evaluation.models.map(({ model, calibration }) => [
          fullName(modelWords(model, cells)),
          signed(excessConfidence(calibration), 3),
          calibration.temperature.map((value) => fixed(value, 2)).join(' '),
          ...scoresOf(calibration),
        ])}
      />
      <p class="note">
        Mean ± standard deviation over seeds; lower is better. “Scaled”: logits divided by one temperature for each
        seed, fitted on validation images; a temperature above 1 says that the network was too sure. Scaling changes no
        ranking and no accuracy.
      </p>
      <ReliabilityFigure dataset={dataset} cells={cells} />
    </article>
  );
}

function ReliabilityFigure({
  dataset: { name, title, evaluation },
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element {
  const { models } = evaluation;
  return (
    <Figure
      id={identifier('reliability', name)}
      caption="The accuracy of a network by its confidence. On the dotted diagonal both are equal; below, the network is too confident. Full marks: as trained, their area the share of the answers. Hollow marks and the dashed line: after temperature scaling. Bins of equal width, answers of all seeds together."
      data={{
        label: `Reliability on the test part of ${title}`,
        head: ['model', 'temperature scaling', 'confidence from', 'to', 'answers', 'mean confidence', 'accuracy'],
        texts: [0, 1],
        rows: models.flatMap(({ model, calibration: { reliability } }) => [
          ...binRows(model, 'before', reliability.before),
          ...binRows(model, 'after', reliability.after),
        ]),
      }}
    >
      {models.map(({ model, calibration: { reliability } }) => {
        const words = modelWords(model, cells);
        return (
          <ReliabilityDiagram
            key={model}
            id={identifier('reliability', name, model)}
            title={fullName(words)}
            words={words}
            before={reliability.before}
            after={reliability.after}
          />
        );
      })}
    </Figure>
  );
}

function scoresOf({ before, after }: Calibrated): string[] {
  return (['ece', 'loss', 'brier'] as const).flatMap((score) =>
    [before, after].map((scores) => withSpread(scores[score], 3)),
  );
}

function binRows(model: string, when: string, bins: readonly ReliabilityBin[]): string[][] {
  return bins
    .filter(({ images }) => images > 0)
    .map(({ low, high, images, confidence, accuracy }) => [
      model,
      when,
      fixed(low, 3),
      fixed(high, 3),
      String(images),
      fixed(confidence, 3),
      fixed(accuracy, 3),
    ]);
}
