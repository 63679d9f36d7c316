/** The sections of the page on boxes and landmarks, in order. */
import type { JSX } from 'preact';
import type { Panel } from '../curve-panels.ts';
import { fixed, whole } from '../format.ts';
import { DataTable, Name, Section } from '../parts.tsx';
import { TaskAnswer } from '../task/answer.tsx';
import { TaskCurves } from '../task/curves.tsx';
import { Examples, ImagesTable, ScoresOfDataset, TriedSettings } from '../task/tables.tsx';
import type { BoxDataset, BoxStudy } from './study.ts';

export function BoxAnswer({ study: { datasets, metric } }: { readonly study: BoxStudy }): JSX.Element {
  return (
    <Section id="answer" title="The answer">
      {datasets.map((dataset) => (
        <TaskAnswer key={dataset.title} dataset={dataset} metric={metric} />
      ))}
    </Section>
  );
}

export function BoxSetting({ study: { datasets } }: { readonly study: BoxStudy }): JSX.Element {
  return (
    <Section id="setting" title="Setting">
      <p>
        Each detector has an encoder that starts from other weights, and a decoder and heads that start at random. All
        are trained in the same way and with the same list of trials. Settings are chosen on the validation images, and
        the network of the last epoch is tested. The whole picture is shown to the network, and objects are scored in
        pixels of the pictures.
      </p>
      <ImagesTable label="Images and objects" datasets={datasets} classesOf={classesOf} />
      {datasets.map((dataset) => (
        <TriedSettings
          key={dataset.title}
          dataset={dataset}
          columns={[
            { head: 'validation loss', of: ({ loss }) => fixed(loss, 4) },
            { head: 'AP50', of: ({ ap50 }) => fixed(ap50, 3) },
            { head: 'distance (px of the square)', of: ({ distance }) => fixed(distance, 2) },
          ]}
        >
          The least loss of the last epoch on validation images
        </TriedSettings>
      ))}
    </Section>
  );
}

/** `optic disc (514 boxes, side 0.15 of the picture)` */
function classesOf({ about }: BoxDataset): string {
  return (about.objects ?? [])
    .map(({ class: name, kind, objects, side: [, median] }) =>
      kind === 'point'
        ? `${name} (${whole(objects)} points)`
        : `${name} (${whole(objects)} boxes, side ${fixed(median, 2)} of the picture)`,
    )
    .join(', ');
}

export function BoxResults({ study: { datasets, metric } }: { readonly study: BoxStudy }): JSX.Element {
  return (
    <Section id="results" title="Results">
      {datasets.map((dataset) => (
        <article key={dataset.title}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          <ScoresOfDataset dataset={dataset} metric={metric}>
            AP50 and AP50:95: average precision of boxes by the definition of COCO, without crowds and ranges of areas.
            Right boxes: the share of images whose surest box has an IoU of 0.5 at least. Distances are those of the
            surest center to the true one, in pixels of the pictures and in units of the object: the root of the area of
            its box, for a landmark that of the boxes of its image. Means are over images, then over classes. The last
            row is a guess: the same place in every image.
          </ScoresOfDataset>
          <ClassTable dataset={dataset} />
        </article>
      ))}
    </Section>
  );
}

function ClassTable({ dataset: { title, evaluation } }: { readonly dataset: BoxDataset }): JSX.Element {
  const rows = [
    ...evaluation.models.map(({ model, byClass }) => ({ name: model, byClass })),
    ...evaluation.baselines.map(({ name, byClass }) => ({ name, byClass })),
  ];
  return (
    <>
      <h4>Each class</h4>
      <DataTable
        label={`Scores of each class on ${title}`}
        head={['model', 'class', 'AP50', 'AP50:95', 'right boxes', 'distance (px)', 'distance (objects)']}
        texts={[0, 1]}
        rows={rows.flatMap(({ name, byClass }) =>
          byClass.map((row) => [
            name,
            <Name key="name">{row.class}</Name>,
            fixed(row.ap50, 3),
            fixed(row.ap50to95, 3),
            fixed(row.rightBoxes, 3),
            fixed(row.distance, 2),
            fixed(row.relativeDistance, 3),
          ]),
        )}
      />
      <p class="note">Means over seeds. A landmark has no box, so it has distances alone.</p>
    </>
  );
}

export function BoxPictures({ study: { datasets } }: { readonly study: BoxStudy }): JSX.Element {
  return (
    <Section id="pictures" title="Boxes to look at">
      {datasets.map((dataset) => (
        <Examples
          key={dataset.title}
          dataset={dataset}
          alt={`Test images of ${dataset.title} with their boxes and landmarks`}
          rankedBy="mean distance"
          legend={
            'White: the objects that people marked. Blue: the surest of each class that was found, and all above 0.3. ' +
            'A landmark is a cross.'
          }
          scoreName="Distance (px)"
          scores={dataset.evaluation.examples.map(({ distance }) => distance)}
          digits={1}
        />
      ))}
    </Section>
  );
}

const PANELS: readonly Panel<BoxDataset['fineTuning'][number]['epochs'][number]>[] = [
  { key: 'train-loss', title: 'training loss', of: ({ train }) => train.loss },
  { key: 'validation-loss', title: 'validation loss', of: ({ validation }) => validation.loss },
  { key: 'validation-ap50', title: 'validation AP50', of: ({ validation }) => validation.ap50 },
  { key: 'validation-distance', title: 'validation distance (px)', of: ({ validation }) => validation.distance },
];

export const BoxCurves = ({ study: { datasets } }: { readonly study: BoxStudy }): JSX.Element => (
  <TaskCurves datasets={datasets} panels={PANELS} />
);
