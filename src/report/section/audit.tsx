/** 9. The leaks in the data that make results look better than they are, and their effect. */
import type { PairExample } from '../../formats/audit.ts';
import type { Leaks } from '../../formats/evaluation.ts';
import type { JSX } from 'preact';
import type { AuditFindings, SharedFindings } from '../audit.ts';
import { fixed, NONE, signed, whole } from '../format.ts';
import { identifier } from '../identifier.ts';
import { metricWords } from '../metric.ts';
import { fullName, modelWords, type Cells } from '../model.ts';
import { DataTable, Estimate, estimated, Name, Section } from '../parts.tsx';
import { Sheet, SheetRow } from '../sheet.tsx';
import type { DatasetResults, Study } from '../study.ts';
import { at } from '../../util/known.ts';

export function AuditSection({ study }: { readonly study: Study }): JSX.Element {
  const shown = study.datasets.filter(hasAudit);
  return (
    <Section id="audit" title="Leaks in the data">
      <p>
        One image, patient or lesion on two sides of a split lets a network remember where it should recognize. Equal
        and nearly equal images were looked for before anything was trained.
      </p>
      {shown.map((dataset) => (
        <article key={dataset.name}>
          <h3>
            <Name>{dataset.title}</Name>
          </h3>
          {dataset.audit !== null && <Findings audit={dataset.audit} dataset={dataset} />}
          {dataset.evaluation.leaky.length > 0 && (
            <CleanAgainstLeaky dataset={dataset} metric={study.metric} cells={dataset.evaluation.models} />
          )}
        </article>
      ))}
      {study.shared !== null && study.shared.between.length > 0 && (
        <Between
          shared={study.shared}
          titleOf={(name) => study.datasets.find((dataset) => dataset.name === name)?.title ?? name}
        />
      )}
    </Section>
  );
}

export function hasAudit({ audit, evaluation }: DatasetResults): boolean {
  return audit !== null || evaluation.leaky.length > 0;
}

const FINDINGS = ['exact', 'near', 'turned'] as const;
const COUNTS = ['pairs', 'acrossClasses', 'acrossSplits', 'acrossGroups'] as const;

function Findings({
  audit: { summary, shown, picture },
  dataset: { name, title },
}: {
  readonly audit: AuditFindings;
  readonly dataset: DatasetResults;
}): JSX.Element {
  const id = identifier('audit', name);
  return (
    <>
      <DataTable
        label={`Counts of the audit of ${title}`}
        head={['finding', ...COUNTS.map(spaced)]}
        rows={[
          ...FINDINGS.map((kind) => [KINDS[kind], ...COUNTS.map((column) => whole(summary[kind][column]))]),
          [KINDS.groupsAcrossSplits, whole(summary.groupsAcrossSplits), ...COUNTS.slice(1).map(() => NONE)],
        ]}
      />
      {picture !== null && shown.length > 0 && (
        <Sheet id={id} picture={picture}>
          {shown.map((pair, row) => (
            <SheetRow
              key={row}
              id={id}
              picture={picture}
              rows={shown.length}
              row={row}
              alt={`${pair.images[0]} and ${pair.images[1]}, side by side: ${KINDS[pair.kind]}`}
            >
              <Pair pair={pair} />
            </SheetRow>
          ))}
        </Sheet>
      )}
    </>
  );
}

function Pair({ pair: { kind, images, labels, splits } }: { readonly pair: PairExample }): JSX.Element {
  return (
    <>
      <p>
        <strong>{KINDS[kind]}</strong>
      </p>
      {[0, 1].map((side) => (
        <p key={side} class="note file">
          <Name>{at(images, side)}</Name>: <Name>{at(labels, side)}</Name>
          {splits[side] === '' ? '' : `, ${at(splits, side)}`}
        </p>
      ))}
    </>
  );
}

/** The kinds of findings, in words. */
const KINDS = {
  exact: 'equal images',
  equal: 'equal images',
  near: 'nearly equal images',
  turned: 'mirrored or turned copies',
  group: 'one group',
  names: 'files of one name',
  groupsAcrossSplits: 'groups on two sides of the published split',
};

/** `acrossClasses` -> `across classes` */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function Between({
  shared: { between, shown, picture },
  titleOf,
}: {
  readonly shared: SharedFindings;
  readonly titleOf: (name: string) => string;
}): JSX.Element {
  return (
    <article>
      <h3>Between the data sets</h3>
      <p>
        Who trains on one of two sets that share images may not test on the other. Pictures are evidence; files of one
        name are a hint that two sets have one source.
      </p>
      <DataTable
        label="Images that two data sets share"
        head={['sets', 'equal images', 'nearly equal', 'mirrored or turned', 'files of one name']}
        rows={between.map(({ sets, counts: { equal, near, turned, names } }) => [
          <>
            <Name>{titleOf(sets[0])}</Name> and <Name>{titleOf(sets[1])}</Name>
          </>,
          ...[equal, near, turned, names].map(whole),
        ])}
      />
      {picture !== null && shown.length > 0 && (
        <Sheet id="audit-between" picture={picture}>
          {shown.map(({ kind, sets, images, labels }, row) => (
            <SheetRow
              key={row}
              id="audit-between"
              picture={picture}
              rows={shown.length}
              row={row}
              alt={`${images[0]} of ${sets[0]} and ${images[1]} of ${sets[1]}, side by side: ${KINDS[kind]}`}
            >
              <p>
                <strong>{KINDS[kind]}</strong>
              </p>
              {[0, 1].map((side) => (
                <p key={side} class="note file">
                  <Name>{at(images, side)}</Name> of <Name>{titleOf(at(sets, side))}</Name>:{' '}
                  <Name>{at(labels, side)}</Name>
                </p>
              ))}
            </SheetRow>
          ))}
        </Sheet>
      )}
    </article>
  );
}

function CleanAgainstLeaky({
  dataset: { title, evaluation },
  metric,
  cells,
}: {
  readonly dataset: DatasetResults;
  readonly metric: string;
  readonly cells: Cells;
}): JSX.Element {
  const { leaky, models } = evaluation;
  const metrics = [...new Set([metric, 'accuracy', 'auc'])].filter((each) => evaluation.metrics.includes(each));
  return (
    <>
      <h4>Clean against leaky</h4>
      <p>
        Trained and tested once more on a split that leaks on purpose: {leakPhrase(at(leaky, 0))} of its test images{' '}
        {at(leaky, 0).duplicates === null
          ? 'have a group that was also trained on'
          : 'have a group that was also trained on or are equal to an image that was'}
        ; of the clean split {leakPhrase(evaluation.leaks)}.
        {evaluation.leaks.duplicates === null && ' Equal images were not looked for.'}
        {shareOf(at(leaky, 0)) <= shareOf(evaluation.leaks) && (
          <strong> It leaks no more than the clean one: the difference below is chance.</strong>
        )}
      </p>
      <DataTable
        label={`Results on a clean and on a leaky split of ${title}`}
        head={['model', ...metrics.flatMap((each) => [`${metricWords(each).short}, clean`, 'leaky', 'flattery'])]}
        rows={leaky.map(({ model, summary }) => [
          fullName(modelWords(model, cells)),
          ...metrics.flatMap((each) => {
            const { digits } = metricWords(each);
            const [clean, other] = [models.find((one) => one.model === model)?.summary.test[each], summary.test[each]];
            const gain =
              clean === undefined || other === undefined || clean.mean === null || other.mean === null
                ? null
                : other.mean - clean.mean;
            return [
              <Estimate key={`${each}-clean`} {...estimated(clean, digits)} />,
              <Estimate key={`${each}-leaky`} {...estimated(other, digits)} />,
              signed(gain, digits),
            ];
          }),
        ])}
      />
      <p class="note">
        The two have different test images, so the difference (“flattery”) is not paired and has no interval of its own:
        compare the two intervals.
      </p>
    </>
  );
}

function shareOf({ images, leaks }: Leaks): number {
  return leaks / images;
}

function leakPhrase({ images, leaks }: Leaks): string {
  return `${whole(leaks)} of ${whole(images)} (${fixed((100 * leaks) / images, 0)} %)`;
}
