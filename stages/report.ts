/**
 * Everything that is known, on one page.
 *
 * inputs   metrics      metrics.json of evaluate, gathered
 *          datasets     dataset.json, gathered
 *          splits       split.json, gathered                     } may be null or absent, as all that follow
 *          curves       curves.json of finetune, gathered        }
 *          pretraining  curves.json of pretrain, gathered        }
 *          pairs        pairs.png of pretrain, gathered          }
 *          pretraining-METHOD, pairs-METHOD    the same of a further method
 *          audits, audit-pictures              audit.json and leaks.png of audit, gathered
 *          explanations, explanation-pictures  explanation.json and cams.png of explain, gathered
 *          shared, shared-picture              shared.json and shared.png of audit-across
 *          Members belong together when they have the same axis `dataset`, or none of them has one. Fine-tuning has the
 *          axes `model` and `seed`, pre-training `start`, explanations `model`.
 * params   title        of the page
 *          transfer     what M3 and M4 start from, in words: "ImageNet", "fractal"
 *          metric       the one that the answer is given in (balancedAccuracy)
 *          rerun        command lines that make the page again
 *          authorStatements   what only the authors know, by subject: see docs/report.md
 * outputs  html, json, csv, markdown; and if they are declared, card and checklist (Markdown)
 */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { readEvaluation } from '../src/learn/eval/evaluation.ts';
import { METRIC_NAMES } from '../src/learn/eval/metrics.ts';
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
  readAudit,
  readExplanation,
  readFineTuning,
  readPicture,
  readPreTraining,
  readShared,
  readSplitFacts,
} from '../src/report/reading/index.ts';
import { parameters, type Axes, type Gathered, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Object({
  title: Type.String({ default: 'Which start should I fine-tune from?' }),
  transfer: Type.String({ minLength: 1 }),
  metric: Type.Union(
    METRIC_NAMES.map((name) => Type.Literal(name)),
    { default: 'balancedAccuracy' },
  ),
  rerun: Type.Array(Type.String(), { default: ['npm ci', 'npx pipeline run'] }),
  authorStatements: Type.Partial(
    Type.Object(Object.fromEntries(STATEMENT_SUBJECTS.map((subject) => [subject, Type.String({ minLength: 1 })]))),
    { additionalProperties: false, default: {} },
  ),
});

const REQUIRED = { html: renderHtml, json: renderJson, csv: renderCsv, markdown: renderMarkdown };
const OPTIONAL = { card: renderCard, checklist: renderChecklist };

export default async function (stage: Stage): Promise<void> {
  const { title, transfer, metric, rerun, authorStatements } = parameters(Parameters, stage);
  const datasets = await Promise.all(stage.gathered('metrics').map((member) => readResults(stage, member, transfer)));
  const provenance = stage.lineage.map((entry) => ({
    ...entry,
    peakMemoryBytes: entry.peakMemoryBytes ?? null,
    audit: entry.audit ?? null,
  }));
  const study: Study = {
    title,
    transfer,
    metric,
    rerun,
    authorStatements,
    datasets,
    shared: await sharedImages(stage),
    provenance,
  };
  for (const [name, render] of Object.entries(REQUIRED)) await writeFile(stage.output(name), render(study));
  for (const [name, render] of Object.entries(OPTIONAL))
    if (name in stage.outputs) await writeFile(stage.output(name), render(study));
}

async function readResults(stage: Stage, { path, axes }: Gathered[number], transfer: string): Promise<DatasetResults> {
  const members = (name: string) => membersOf(stage, name).filter((member) => member.axes.dataset === axes.dataset);
  const only = (name: string) => {
    const found = members(name);
    if (found.length > 1)
      throw new Error(
        `The input "${name}" has ${found.length} members for ${axes.dataset === undefined ? 'the data set' : `the data set ${String(axes.dataset)}`}; one is expected.`,
      );
    return found[0]?.path ?? null;
  };
  const pictureLike = async (name: string, same: Axes): Promise<EmbeddedPicture | null> => {
    const found = members(name).find((member) => member.axes.model === same.model);
    return found === undefined ? null : readPicture(found.path);
  };
  const dataset = only('datasets');
  if (dataset === null) throw new Error(`The input "datasets" has no member for ${path}.`);
  const { name, title, source, images, groups, size, dropped } = await readDataset(dataset);
  const [split, audit] = [only('splits'), only('audits')];
  return {
    name,
    title,
    source,
    images,
    groups,
    size,
    dropped: dropped.length,
    split: split === null ? null : await readSplitFacts(split),
    evaluation: await readEvaluation(path),
    fineTuning: await Promise.all(members('curves').map((member) => readFineTuning(member.path, runOf(member.axes)))),
    preTraining: await Promise.all(
      membersOfMethods(stage, 'pretraining', axes).map((member) =>
        readPreTraining(member.path, startOf(member.axes, transfer)),
      ),
    ),
    pairs: await Promise.all(
      membersOfMethods(stage, 'pairs', axes).map(async (member) => ({
        start:
          startOf(member.axes, transfer) + (member.axes.method === undefined ? '' : `, ${String(member.axes.method)}`),
        picture: await readPicture(member.path),
      })),
    ),
    audit: audit === null ? null : await readAudit(audit, await pictureLike('audit-pictures', {})),
    explanations: await Promise.all(
      members('explanations').map(async (member) =>
        readExplanation(member.path, modelOf(member.axes), await pictureLike('explanation-pictures', member.axes)),
      ),
    ),
  };
}

async function sharedImages(stage: Stage): Promise<Study['shared']> {
  const [[found], [picture]] = [membersOf(stage, 'shared'), membersOf(stage, 'shared-picture')];
  return found === undefined
    ? null
    : readShared(found.path, picture === undefined ? null : await readPicture(picture.path));
}

/** A pipeline may leave the input out, set it to null, or not gather because there is one only. */
function membersOf(stage: Stage, name: string): Gathered {
  const input = stage.inputs[name];
  if (input === undefined || input === null) return [];
  return typeof input === 'string' ? [{ path: input, axes: {} }] : input;
}

/** Those of the input, and of the inputs that are named after it and a further method. */
function membersOfMethods(stage: Stage, name: string, { dataset }: Axes): Gathered {
  const further = Object.keys(stage.inputs)
    .filter((other) => other.startsWith(`${name}-`))
    .sort();
  const named = further.flatMap((other): Gathered =>
    membersOf(stage, other).map(({ path, axes }) => ({
      path,
      axes: { ...axes, method: other.slice(name.length + 1) },
    })),
  );
  return [...membersOf(stage, name), ...named].filter(({ axes }) => axes.dataset === dataset);
}

function runOf(axes: Axes): { model: string; seed: number } {
  const { model, seed } = axes;
  if (typeof model !== 'string' || typeof seed !== 'number')
    throw new Error(
      `"curves" must be gathered over "model" (names) and "seed" (numbers); found ${JSON.stringify(axes)}.`,
    );
  return { model, seed };
}

function modelOf(axes: Axes): string {
  if (typeof axes.model !== 'string')
    throw new Error(`"explanations" must be gathered over "model" (names); found ${JSON.stringify(axes)}.`);
  return axes.model;
}

/** The axis value, spelt as the page spells the transfer start. */
function startOf({ start }: Axes, transfer: string): string {
  const name = start === undefined ? 'random' : String(start);
  return name.toLowerCase() === transfer.toLowerCase() ? transfer : name;
}
