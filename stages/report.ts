/**
 * Puts all results on one page.
 *
 * Members of the inputs belong together if they have the same axis `dataset`, or none of them has it. The names
 * `pretraining-METHOD` and `pairs-METHOD` are the inputs of further pre-training methods.
 */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { readEvaluation } from '../src/formats/evaluation.ts';
import { METRIC_NAMES } from '../src/formats/metric.ts';
import {
  renderCard,
  renderChecklist,
  renderCsv,
  renderHtml,
  renderJson,
  renderMarkdown,
  STATEMENT_SUBJECTS,
  type DatasetResults,
  type EmbeddedPicture,
  type Study,
} from '../src/report/index.ts';
import {
  readAuditFindings,
  readPicturedExplanation,
  readFineTuning,
  readPicture,
  readPreTraining,
  readSharedFindings,
  readSplitFacts,
} from '../src/report/reading/index.ts';
import { defineStage, gathered, input, optional, output, type InputValues } from '../src/stage/index.ts';

/** Present if the pipeline has several data sets. */
const DATASET = { dataset: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])) };
const OF_MODEL = { ...DATASET, model: Type.String() };
const OF_START = { ...DATASET, start: Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean()])) };

const INPUTS = {
  /** `metrics.json` of evaluate. */
  metrics: gathered(DATASET),
  /** `dataset.json`. */
  datasets: gathered(DATASET),
  /** `split.json`. */
  splits: optional(gathered(DATASET)),
  /** `curves.json` of finetune. */
  curves: optional(gathered({ ...OF_MODEL, seed: Type.Number() })),
  /** `curves.json` of pretrain. */
  pretraining: optional(gathered(OF_START)),
  'pretraining-*': optional(gathered(OF_START)),
  /** `pairs.png` of pretrain. */
  pairs: optional(gathered(OF_START)),
  'pairs-*': optional(gathered(OF_START)),
  /** `audit.json` of audit. */
  audits: optional(gathered(DATASET)),
  /** `leaks.png` of audit. */
  'audit-pictures': optional(gathered(DATASET)),
  /** `explanation.json` of explain. */
  explanations: optional(gathered(OF_MODEL)),
  /** `cams.png` of explain. */
  'explanation-pictures': optional(gathered(OF_MODEL)),
  /** `shared.json` of audit-across. */
  shared: optional(input),
  /** `shared.png` of audit-across. */
  'shared-picture': optional(input),
};

type Inputs = InputValues<typeof INPUTS>;
type Start = NonNullable<Inputs['pretraining']>[number];

const RENDERERS = {
  html: renderHtml,
  json: renderJson,
  csv: renderCsv,
  markdown: renderMarkdown,
  card: renderCard,
  checklist: renderChecklist,
};

export default defineStage({
  inputs: INPUTS,
  params: Type.Object({
    /** The title of the page. */
    title: Type.String({ default: 'Which start should I fine-tune from?' }),
    /** The start of M3 and M4, in words: "ImageNet", "fractal". */
    transfer: Type.String({ minLength: 1 }),
    /** The metric of the answer. */
    metric: Type.Union(
      METRIC_NAMES.map((name) => Type.Literal(name)),
      { default: 'balancedAccuracy' },
    ),
    /** Command lines that make the page again. */
    rerun: Type.Array(Type.String(), { default: ['npm ci', 'npx pipeline run'] }),
    /** Statements of the authors, by subject: see docs/report.md. */
    authorStatements: Type.Partial(
      Type.Object(Object.fromEntries(STATEMENT_SUBJECTS.map((subject) => [subject, Type.String({ minLength: 1 })]))),
      { additionalProperties: false, default: {} },
    ),
  }),
  outputs: {
    html: output,
    json: output,
    csv: output,
    markdown: output,
    /** A model card in Markdown. */
    card: optional(output),
    /** A reporting checklist in Markdown. */
    checklist: optional(output),
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const datasets = inputs.metrics.map(({ path, axes }) =>
      readResults(path, ofDataset(inputs, axes), params.transfer),
    );
    const provenance = stage.lineage.map((entry) => ({
      ...entry,
      peakMemoryBytes: entry.peakMemoryBytes ?? null,
      audit: entry.audit ?? null,
    }));
    const study: Study = {
      ...params,
      datasets: await Promise.all(datasets),
      shared: await readSharedImages(inputs),
      provenance,
    };
    for (const [name, render] of Object.entries(RENDERERS)) {
      const path = outputs[name as keyof typeof RENDERERS];
      if (path !== null) await writeFile(path, render(study));
    }
  },
});

/** The members of each input that belong to one data set; the methods of pre-training in one list. */
function ofDataset(inputs: Inputs, { dataset }: { readonly dataset?: unknown }) {
  const own = <M extends { readonly axes: { readonly dataset?: unknown } }>(
    members: readonly M[] | null,
  ): readonly M[] => (members ?? []).filter(({ axes }) => axes.dataset === dataset);
  const ofMethods = (main: readonly Start[] | null, others: Readonly<Record<string, readonly Start[] | null>>) => [
    ...own(main).map((member) => ({ ...member, method: null })),
    ...Object.keys(others)
      .sort()
      .flatMap((method) => own(others[method] ?? null).map((member) => ({ ...member, method }))),
  ];
  return {
    datasets: own(inputs.datasets),
    splits: own(inputs.splits),
    curves: own(inputs.curves),
    pretraining: ofMethods(inputs.pretraining, inputs['pretraining-*']),
    pairs: ofMethods(inputs.pairs, inputs['pairs-*']),
    audits: own(inputs.audits),
    auditPictures: own(inputs['audit-pictures']),
    explanations: own(inputs.explanations),
    explanationPictures: own(inputs['explanation-pictures']),
  };
}

async function readResults(
  metrics: string,
  members: ReturnType<typeof ofDataset>,
  transfer: string,
): Promise<DatasetResults> {
  const dataset = only('datasets', members.datasets);
  if (dataset === null) throw new Error(`The input "datasets" has no member for ${metrics}.`);
  const { name, title, source, images, groups, size, dropped } = await readDataset(dataset);
  const [split, audit] = [only('splits', members.splits), only('audits', members.audits)];
  const auditPicture = only('audit-pictures', members.auditPictures);
  const pictureOf = (model: string) => members.explanationPictures.find(({ axes }) => axes.model === model)?.path;
  return {
    ...{ name, title, source, images, groups, size },
    dropped: dropped.length,
    split: split === null ? null : await readSplitFacts(split),
    evaluation: await readEvaluation(metrics),
    fineTuning: await Promise.all(members.curves.map(({ path, axes }) => readFineTuning(path, axes))),
    preTraining: await Promise.all(
      members.pretraining.map(({ path, axes }) => readPreTraining(path, startName(axes, transfer))),
    ),
    pairs: await Promise.all(
      members.pairs.map(async ({ path, axes, method }) => ({
        start: startName(axes, transfer) + (method === null ? '' : `, ${method}`),
        picture: await readPicture(path),
      })),
    ),
    audit: audit === null ? null : await readAuditFindings(audit, await pictureIn(auditPicture)),
    explanations: await Promise.all(
      members.explanations.map(async ({ path, axes: { model } }) =>
        readPicturedExplanation(path, model, await pictureIn(pictureOf(model) ?? null)),
      ),
    ),
  };
}

/** The path of the one member; null without one. Throws if there are several. */
function only(name: string, members: readonly { readonly path: string; readonly axes: object }[]): string | null {
  const [first, ...others] = members;
  if (first === undefined) return null;
  if (others.length === 0) return first.path;
  const axes = JSON.stringify(first.axes);
  throw new Error(`The input "${name}" has ${members.length} members where one is expected; the first is ${axes}.`);
}

const pictureIn = async (path: string | null): Promise<EmbeddedPicture | null> =>
  path === null ? null : readPicture(path);

async function readSharedImages({ shared, 'shared-picture': picture }: Inputs): Promise<Study['shared']> {
  return shared === null ? null : readSharedFindings(shared, await pictureIn(picture));
}

/** The axis value, spelt as the page spells the transfer start. */
function startName({ start }: Start['axes'], transfer: string): string {
  const name = start === undefined ? 'random' : String(start);
  return name.toLowerCase() === transfer.toLowerCase() ? transfer : name;
}
