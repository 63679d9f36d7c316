/** 7, second half. The most confident mistakes of a network, with heat maps. */
import type { JSX } from 'preact';
import type { Example, Explanation } from '../explanation.ts';
import { counted, fixed } from '../format.ts';
import { identifier } from '../identifier.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { DataTable, Name } from '../parts.tsx';
import { Sheet, SheetRow } from '../sheet.tsx';
import type { DatasetResults } from '../study.ts';
import { at } from '../../util/known.ts';

export function Mistakes({
  dataset,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly cells: Cells;
}): JSX.Element | null {
  const { explanations, name, title } = dataset;
  if (explanations.length === 0) return null;
  return (
    <>
      <h4>Most confident mistakes</h4>
      <p>
        The most confident mistakes of a network of one seed on test images, then a few right answers. From left to
        right: the image, the regions for the predicted class, and the regions for the labeled class (Grad-CAM of{' '}
        {at(explanations, 0).side} × {at(explanations, 0).side} places: warm is much, cold is little). Such maps show
        the place of the evidence, not its quality.
      </p>
      {explanations.map((explanation) => (
        <OfModel
          key={explanation.model}
          explanation={explanation}
          id={identifier('cams', name, explanation.model)}
          heading={fullName(modelWords(explanation.model, cells))}
          title={title}
        />
      ))}
    </>
  );
}

interface OfModelProps {
  readonly explanation: Explanation;
  readonly id: string;
  readonly heading: string;
  readonly title: string;
}

function OfModel({ explanation: { mistakes, correct, picture }, id, heading, title }: OfModelProps): JSX.Element {
  const examples = [...mistakes, ...correct];
  return (
    <details open>
      <summary>
        {heading}: {counted(mistakes.length, 'mistake')} and {counted(correct.length, 'right answer')}
      </summary>
      {picture === null || examples.length === 0 ? (
        <DataTable
          label={`Mistakes of ${heading} on ${title}`}
          head={['image', 'labeled', 'predicted', 'confidence']}
          texts={[0, 1, 2]}
          rows={examples.map(({ image, label, predicted, confidence }) => [
            <Name key="image">{image}</Name>,
            <Name key="label">{label}</Name>,
            <Name key="predicted">{predicted}</Name>,
            fixed(confidence, 3),
          ])}
        />
      ) : (
        <Sheet id={id} picture={picture}>
          {examples.map((example) => (
            <SheetRow
              key={example.row}
              id={id}
              picture={picture}
              rows={examples.length}
              row={example.row}
              alt={`${example.image}, ${answered(example)}; beside it two heat maps`}
            >
              <Answer example={example} />
            </SheetRow>
          ))}
        </Sheet>
      )}
    </details>
  );
}

function answered({ label, predicted, confidence }: Example): string {
  return `labeled ${label}, predicted ${predicted} with probability ${fixed(confidence, 3)}`;
}

function Answer({ example: { image, label, predicted, confidence } }: { readonly example: Example }): JSX.Element {
  return (
    <>
      <p>
        <strong>
          <Name>{predicted}</Name>
        </strong>{' '}
        {fixed(confidence, 3)}{' '}
        {label === predicted ? (
          '✓'
        ) : (
          <>
            ✗ labeled{' '}
            <strong>
              <Name>{label}</Name>
            </strong>
          </>
        )}
      </p>
      <p class="note file">
        <Name>{image}</Name>
      </p>
    </>
  );
}
