/** The sections of the page on masks, in order. */
import type { JSX } from 'preact';
import type { Panel } from '../curve-panels.ts';
import { fixed, whole } from '../format.ts';
import { DataTable, Name, Section } from '../parts.tsx';
import { TaskAnswer } from '../task/answer.tsx';
import { TaskCurves } from '../task/curves.tsx';
import { Examples, ImagesTable, ScoresOfDataset, TriedSettings } from '../task/tables.tsx';
import { compareOrders, orderSentence } from './order.ts';
import type { MaskDataset, MaskStudy } from './study.ts';

export function MaskAnswer({ study: { datasets, metric } }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Section id="answer" title="The answer">
      {datasets.map((dataset) => {
        const order = compareOrders(dataset, metric);
        return (
          <TaskAnswer key={dataset.title} dataset={dataset} metric={metric}>
            {order !== null && dataset.classes !== null && (
              <p>{orderSentence(order, metric, dataset.classes.metric)}</p>
            )}
          </TaskAnswer>
        );
      })}
    </Section>
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
      <ImagesTable
        label="Images and masks"
        datasets={datasets}
        classesOf={({ about, evaluation }) =>
          evaluation.classes.map((name) => `${name}${shareOf(about, name)}`).join(', ')
        }
      />
      {datasets.map((dataset) => (
        <TriedSettings
          key={dataset.title}
          dataset={dataset}
          columns={[
            { head: 'validation cross entropy', of: ({ loss }) => fixed(loss, 4) },
            { head: 'Dice', of: ({ dice }) => fixed(dice, 3) },
            { head: 'IoU', of: ({ iou }) => fixed(iou, 3) },
          ]}
        >
          The least cross entropy of the last epoch on validation masks
        </TriedSettings>
      ))}
    </Section>
  );
}

function shareOf({ masks }: MaskDataset['about'], name: string): string {
  const median = masks?.classes.find((each) => each.class === name)?.share[1];
  return median === undefined ? '' : ` (${fixed(100 * median, 1)} % of the picture)`;
}

export function MaskResults({ study: { datasets, metric } }: { readonly study: MaskStudy }): JSX.Element {
  return (
    <Section id="results" title="Results">
      {datasets.map((dataset) => (
        <article key={dataset.title}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          <ScoresOfDataset dataset={dataset} metric={metric}>
            Scores are means over images, then over classes, at the size of the pictures. NSD: the share of both edges
            within 1 % of the diagonal. An image without a class in both masks has no score for it; in one of them, it
            has Dice 0 and the diagonal as its distance. The last rows are guesses: one mask for every image, and a
            threshold of brightness.
          </ScoresOfDataset>
          <ClassTable dataset={dataset} />
        </article>
      ))}
    </Section>
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
      {datasets.map((dataset) => (
        <Examples
          key={dataset.title}
          dataset={dataset}
          alt={`Test images of ${dataset.title} with the edges of their masks`}
          rankedBy="mean Dice"
          legend="White: the mask of people. Blue: the mask that was found."
          scoreName="Dice"
          scores={dataset.evaluation.examples.map(({ dice }) => dice)}
          digits={3}
        />
      ))}
    </Section>
  );
}

const PANELS: readonly Panel<MaskDataset['fineTuning'][number]['epochs'][number]>[] = [
  { key: 'train-loss', title: 'training loss', of: ({ train }) => train.loss },
  { key: 'validation-loss', title: 'validation cross entropy', of: ({ validation }) => validation.loss },
  { key: 'train-dice', title: 'training Dice (soft)', of: ({ train }) => train.dice },
  { key: 'validation-dice', title: 'validation Dice', of: ({ validation }) => validation.dice },
];

export const MaskCurves = ({ study: { datasets } }: { readonly study: MaskStudy }): JSX.Element => (
  <TaskCurves datasets={datasets} panels={PANELS} />
);
