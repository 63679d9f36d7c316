/**
 * Everything that is known, on one page.
 *
 * inputs   metrics      metrics.json of evaluate, gathered
 *          datasets     dataset.json, gathered
 *          splits       split.json, gathered                     } may be null or absent
 *          curves       curves.json of finetune, gathered        }
 *          pretraining  curves.json of pretrain, gathered        }
 *          pairs        pairs.png of pretrain, gathered          }
 *          Members belong together when they have the same axis `dataset`, or none of them has one. Fine-tuning has the
 *          axes `model` and `seed`, pre-training `start`.
 * params   title        of the page
 *          transfer     what M3 and M4 start from, in words: "ImageNet", "fractal"
 *          metric       the one that the answer is given in (balancedAccuracy)
 *          rerun        command lines that make the page again
 * outputs  html, json, csv, markdown
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { readDataset } from '../src/learn/dataset/dataset.ts';
import { readEvaluation } from '../src/learn/eval/evaluation.ts';
import { METRIC_NAMES } from '../src/learn/eval/metrics.ts';
import { renderCsv, renderHtml, renderJson, renderMarkdown, type DatasetResults, type FineTuning, type PairsSheet, type PreTraining, type SplitFacts } from '../src/report/index.ts';
import { parameters, type Gathered, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Object({
  title: Type.String({ default: 'Which start should I fine-tune from?' }),
  transfer: Type.String({ minLength: 1 }),
  metric: Type.Union(METRIC_NAMES.map((name) => Type.Literal(name)), { default: 'balancedAccuracy' }),
  rerun: Type.Array(Type.String(), { default: ['npm ci', 'npx pipeline run'] }),
});

/** JSON has no NaN: what is not defined is null. */
const Defined = Type.Union([Type.Number(), Type.Null()]);
const Epoch = Type.Integer({ minimum: 0 });

const FineTuningCurves = Type.Object({
  kind: Type.Literal('finetune'),
  best: Epoch,
  epochs: Type.Array(
    Type.Object({
      epoch: Epoch,
      train: Type.Object({ loss: Defined, accuracy: Defined }),
      validation: Type.Object({ loss: Defined, accuracy: Defined, auc: Defined }),
    }),
  ),
});

const PreTrainingCurves = Type.Object({
  kind: Type.Literal('pretrain'),
  method: Type.String(),
  /** Dimensions of the method's embeddings, whose spread is watched. */
  width: Type.Integer({ minimum: 1 }),
  epochs: Type.Array(Type.Object({ epoch: Epoch, loss: Defined, embeddingStd: Defined, knn: Defined })),
});

const SplitSummary = Type.Object({ policy: Type.String(), seed: Type.Integer(), unused: Type.Integer(), groupOverlap: Type.Integer() });

export default async function (stage: Stage): Promise<void> {
  const { title, transfer, metric, rerun } = parameters(Parameters, stage);
  const datasets = await Promise.all(stage.gathered('metrics').map((member) => readResults(stage, member, transfer)));
  const provenance = stage.lineage.map((entry) => ({ ...entry, peakMemoryBytes: entry.peakMemoryBytes ?? null }));
  const study = { title, transfer, metric, rerun, datasets, provenance };
  await writeFile(stage.output('html'), renderHtml(study));
  await writeFile(stage.output('json'), renderJson(study));
  await writeFile(stage.output('csv'), renderCsv(study));
  await writeFile(stage.output('markdown'), renderMarkdown(study));
}

async function readResults(stage: Stage, { path, axes }: Gathered[number], transfer: string): Promise<DatasetResults> {
  const members = (name: string) => membersOf(stage, name).filter((member) => member.axes.dataset === axes.dataset);
  const only = (name: string) => {
    const found = members(name);
    if (found.length > 1) throw new Error(`The input "${name}" has ${found.length} members for ${axes.dataset === undefined ? 'the data set' : `the data set ${String(axes.dataset)}`}; one is expected.`);
    return found[0];
  };
  const dataset = only('datasets');
  if (dataset === undefined) throw new Error(`The input "datasets" has no member for ${path}.`);
  const { name, title, source, images, groups, size, dropped } = await readDataset(dataset.path);
  const split = only('splits');
  return {
    name, title, source, images, groups, size, dropped: dropped.length,
    split: split === undefined ? null : await readSplitFacts(split.path),
    evaluation: await readEvaluation(path),
    fineTuning: await Promise.all(members('curves').map(readFineTuning)),
    preTraining: await Promise.all(members('pretraining').map((member) => readPreTraining(member, transfer))),
    pairs: await Promise.all(members('pairs').map((member) => readPairs(member, transfer))),
  };
}

/** A pipeline may leave the input out, set it to null, or not gather because there is one only. */
function membersOf(stage: Stage, name: string): Gathered {
  const input = stage.inputs[name];
  if (input === undefined || input === null) return [];
  return typeof input === 'string' ? [{ path: input, axes: {} }] : input;
}

async function readSplitFacts(path: string): Promise<SplitFacts> {
  const { policy, seed, unused, groupOverlap } = await readJson(SplitSummary, path);
  const words: Readonly<Record<string, string>> = {
    grouped: 'drawn by group, every class in every part',
    'image-level': 'drawn image by image without regard to groups: it leaks',
    published: 'the published test set, and a validation part drawn by group from the published training set',
  };
  return { policy: words[policy] ?? policy, seed, unused, groupOverlap };
}

async function readFineTuning({ path, axes }: Gathered[number]): Promise<FineTuning> {
  const { model, seed } = axes;
  if (typeof model !== 'string' || typeof seed !== 'number') throw new Error(`"curves" must be gathered over "model" (names) and "seed" (numbers); found ${JSON.stringify(axes)}.`);
  const { best, epochs } = await readJson(FineTuningCurves, path);
  return { model, seed, best, epochs };
}

async function readPreTraining({ path, axes }: Gathered[number], transfer: string): Promise<PreTraining> {
  const { method, width, epochs } = await readJson(PreTrainingCurves, path);
  return { start: startOf(axes, transfer), method, embedding: width, epochs };
}

async function readPairs({ path, axes }: Gathered[number], transfer: string): Promise<PairsSheet> {
  return { start: startOf(axes, transfer), png: await readFile(path) };
}

/** The axis value, spelt as the page spells the transfer start. */
function startOf({ start }: Gathered[number]['axes'], transfer: string): string {
  const name = start === undefined ? 'random' : String(start);
  return name.toLowerCase() === transfer.toLowerCase() ? transfer : name;
}

async function readJson<Schema extends TSchema>(schema: Schema, path: string): Promise<Static<Schema>> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const fault = Value.Errors(schema, value).First();
  if (fault !== undefined) throw new Error(`${path}${fault.path}: ${fault.message}; found ${JSON.stringify(fault.value)}.`);
  return value;
}
