/** Cuts a data set into training, validation and test images. */
import { Type } from '@sinclair/typebox';
import { equalImages } from '../src/learn/dataset/audit/equal-images.ts';
import type { EqualImages } from '../src/learn/dataset/remove-duplicates.ts';
import { readDataset } from '../src/formats/dataset.ts';
import { SUBSETS } from '../src/formats/subset.ts';
import { writeSplitSummary } from '../src/formats/split-summary.ts';
import { summarizeSplit } from '../src/learn/dataset/split-summary.ts';
import { writeSplit, type Split } from '../src/learn/dataset/split-table.ts';
import { policyFor, splitDataset } from '../src/learn/dataset/split.ts';
import { ANY_IMAGE } from '../src/learn/dataset/masks/listing.ts';
import { maskedRows, pretrainingRows } from '../src/learn/dataset/masks/split-rows.ts';
import { readTable, type TableRow } from '../src/learn/dataset/table.ts';
import { countFindings } from '../src/learn/dataset/findings.ts';
import { at } from '../src/util/known.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { defineStage, input, optional, output } from '../src/stage/index.ts';

const Share = Type.Number({ minimum: 0, maximum: 1 });

export default defineStage({
  inputs: {
    table: input,
    dataset: input,
    /** `audit.json`, for `duplicates: "remove"`. */
    audit: optional(input),
  },
  params: Type.Object({
    /** `published-or-grouped`: the published test set if the data set has one; split.json records the choice. */
    policy: Type.Union([
      Type.Literal('grouped'),
      Type.Literal('published'),
      Type.Literal('published-or-grouped'),
      Type.Literal('image-level'),
    ]),
    /** Share of all images; the policy `published` has its own test set. */
    test: Type.Optional(Share),
    /** Share of all images, or of the published training images. */
    validation: Share,
    seed: Type.Integer({ minimum: 0 }),
    /** Training images of a group that the published test set also has. */
    overlap: Type.Union([Type.Literal('remove'), Type.Literal('keep')], { default: 'remove' }),
    /**
     * `remove` takes training images out that are equal to a tested, validated or earlier training image; it needs the
     * input `audit`.
     */
    duplicates: Type.Union([Type.Literal('remove'), Type.Literal('keep')], { default: 'keep' }),
    /** Fractions of the training labels for the column `labelFraction`; 1 is always among them. */
    labelFractions: Type.Array(Type.Number({ exclusiveMinimum: 0, maximum: 1 }), { default: [] }),
  }),
  outputs: {
    /** `split.csv`. */
    split: output,
    /** `split.json`. */
    summary: output,
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const { task, rows, classes, without } = await readRows(inputs);
    const options = {
      test: 0,
      ...params,
      policy: params.policy === 'published-or-grouped' ? policyFor(rows) : params.policy,
    };
    const equal = options.duplicates === 'remove' ? await duplicatesIn(inputs.audit, [...rows, ...without]) : [];
    const split = splitDataset(rows, classes, options, equal, task);
    const pretraining = pretrainingRows([...rows, ...without], split, equal);
    const more = without.length > 0 ? { pretraining } : {};
    const summary = summarizeSplit(split, rows, classes, options, task);
    await writeSplit(outputs.split, { ...split, ...more });
    await writeSplitSummary(outputs.summary, {
      ...summary,
      ...(without.length > 0 && { pretraining: pretraining.length }),
    });
    if (options.overlap === 'remove' && summary.unused > 0)
      stage.warn(
        `${summary.unused} images are in no subset: their group is also in the published test set, or they belong ` +
          'to no published set.',
      );
    if (task === 'findings') for (const warning of oneSided(split, rows, classes)) stage.warn(warning);
    if (summary.groupOverlap > 0) stage.warn(`${summary.groupOverlap} groups have images in more than one subset.`);
    if (summary.removed.length > 0)
      stage.warn(
        `${summary.removed.length} images were left out because they are equal to one that stays; split.json ` +
          'names each.',
      );
  },
});

/** Findings that a subset has no image of, or nothing but images of. */
function oneSided(split: Split, rows: readonly TableRow[], findings: readonly string[]): string[] {
  return SUBSETS.flatMap((subset) => {
    const counts = countFindings(
      split[subset].map((index) => at(rows, index)),
      findings,
    );
    const lost = counts.filter(({ present, absent }) => present === 0 || absent === 0).map(({ finding }) => finding);
    return lost.length === 0
      ? []
      : [`All or none of the known images of the ${subset} subset have ${lost.join(', ')}: they have no AUC there.`];
  });
}

interface Rows {
  readonly task: 'findings' | undefined;
  /** The rows to cut. */
  readonly rows: readonly TableRow[];
  /** Their labels: classes or findings. */
  readonly classes: readonly string[];
  /** The rows without a mask, which come after them. */
  readonly without: readonly TableRow[];
}

async function readRows(paths: { readonly table: string; readonly dataset: string }): Promise<Rows> {
  const [table, { task, classes }] = [await readTable(paths.table), await readDataset(paths.dataset)];
  if (task === undefined || task === 'findings') return { task, rows: table, classes, without: [] };
  const rows = maskedRows(table);
  return { task: undefined, rows, classes: [ANY_IMAGE], without: table.slice(rows.length) };
}

async function duplicatesIn(audit: string | null, table: readonly TableRow[]): Promise<EqualImages[]> {
  if (audit === null)
    throw new DatasetError(
      'duplicates is "remove", but the stage has no input "audit" with the equal images: give it the output ' +
        '"audit" of an audit stage.',
    );
  return equalImages(audit, table);
}
