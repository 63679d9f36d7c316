/** 2. The setting of the study: data, split, networks, budgets, and replacements for the paper's data and weights. */
import { SUBSETS } from '../../formats/subset.ts';
import type { JSX } from 'preact';
import { counted, listed, NONE, whole } from '../format.ts';
import { fullName, LONGER, modelWords } from '../model.ts';
import { DataTable, Name, Section } from '../parts.tsx';
import { type DatasetResults, type Study } from '../study.ts';
import { settingsOf } from '../settings.ts';
import { TrialsTable } from './trials.tsx';

export function SettingSection({ study }: { readonly study: Study }): JSX.Element {
  const { datasets, transfer, provenance } = study;
  const settings = settingsOf(provenance);
  return (
    <Section id="setting" title="Setting">
      <p>
        Each network is fine-tuned from a different start, in the same way and with the same list of trials:{' '}
        {cellNames(study)}. Pre-training uses the training images of the same data set; {computeSentence(study)}{' '}
        Settings are chosen on the validation part, and the network of the last epoch is tested. The test part is used
        once, at the end.
      </p>
      {datasets.map((dataset) => (
        <article key={dataset.name}>
          <Data dataset={dataset} />
          <TrialsTable dataset={dataset} />
        </article>
      ))}
      <h3>What replaces what</h3>
      <DataTable
        label="The paper’s setting and this one"
        head={['subject', 'paper', 'here']}
        texts={[0, 1, 2]}
        rows={[
          ['network', 'ResNet-50', settings.networks.length === 0 ? 'not recorded' : listed(settings.networks)],
          [
            'transfer start',
            'ImageNet',
            settings.drawn.length === 0
              ? transfer
              : `${transfer}; not in the weights file and drawn at random: ${listed(settings.drawn)}`,
          ],
          ['image size', 'not given', listed([...new Set(datasets.map(({ size }) => `${size} × ${size}`))])],
          [
            'seeds',
            'not given',
            listed([...new Set(datasets.map(({ evaluation }) => String(evaluation.seeds.length)))]),
          ],
          ['test images', 'not given', listed(datasets.map(({ evaluation }) => whole(evaluation.counts.test.images)))],
          [
            'validation part',
            'not described',
            listed(datasets.map(({ evaluation }) => counted(evaluation.counts.validation.images, 'image'))),
          ],
          ['intervals', 'none', 'paired bootstrap over groups and seeds'],
        ]}
      />
      {settings.budgets.length > 0 && (
        <>
          <h3>Budgets</h3>
          <DataTable
            label="Parameters of the learning stages"
            head={['parameter', ...settings.stages]}
            rows={settings.budgets.map(({ name, values }) => [name, ...values.map((value) => value || NONE)])}
          />
        </>
      )}
    </Section>
  );
}

function cellNames({ datasets }: Study): string {
  const names = datasets.flatMap(({ evaluation: { models } }) =>
    models.map(({ model }) => fullName(modelWords(model, models))),
  );
  return listed([...new Set(names)]);
}

/** Says if the comparison is fair to the starts without pre-training cost. */
function computeSentence({ datasets }: Study): string {
  const longer = datasets
    .flatMap(({ evaluation }) => evaluation.models)
    .filter(({ pretraining }) => pretraining === LONGER)
    .map(({ model }) => model);
  const fair =
    longer.length > 0
      ? `, and ${listed([...new Set(longer)])} did`
      : ': no model here says what they would have done with it';
  return `it is computing that the models without pre-training did not have${fair}.`;
}

function Data({ dataset }: { readonly dataset: DatasetResults }): JSX.Element {
  const { title, source, images, groups, dropped, split, evaluation } = dataset;
  const { classes, counts } = evaluation;
  return (
    <>
      <h3>
        Data: <Name>{title}</Name>
      </h3>
      <p>
        {counted(images, 'image')} of {counted(groups, 'group')} (lesion, patient, or the image itself where the set
        names none){dropped > 0 ? `; ${counted(dropped, 'file')} dropped as unreadable` : ''}. Source:{' '}
        <Name>{source}</Name>.
        {split !== null && (
          <>
            {' '}
            Split: {split.policy}, seed {split.seed}
            {split.unused > 0 ? `, ${counted(split.unused, 'image')} left out` : ''}. Groups on two sides of the split:{' '}
            <strong>{split.groupOverlap}</strong>.
          </>
        )}
      </p>
      <DataTable
        label={`Images of each class in each part of ${title}`}
        head={['part', 'images', 'groups', ...classes]}
        rows={SUBSETS.map((part) => [
          part,
          whole(counts[part].images),
          whole(counts[part].groups),
          ...counts[part].byClass.map(whole),
        ])}
      />
    </>
  );
}
