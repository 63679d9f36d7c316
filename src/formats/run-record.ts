/** The record of one successful execution in the store: `runs/<fingerprint>/<result>.json`. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { count, real, text, texts } from './fields.ts';
import { axes, contentKind, digest, fingerprint, IdentitySchema, instanceId, json, jsonObject } from './identity.ts';

export const StoredOutputSchema = Type.Object(
  {
    kind: contentKind('Kind of the content.'),
    file: text('Its name in the folder of outputs.'),
    digest: digest('Digest of the file, or of the list of the files of the folder.'),
    bytes: count('Size in bytes, of all files together.'),
  },
  { title: 'stored output' },
);

const Origin = Type.Union(
  [
    Type.Object({
      kind: Type.Literal('path'),
      path: text('A path of the workspace, relative to the root.'),
      glob: Type.Optional(Type.Literal(true, { description: 'The path is a pattern.' })),
    }),
    Type.Object({
      kind: Type.Literal('run'),
      fingerprint: fingerprint('The execution that made it.'),
      instance: instanceId('Its instance.'),
      output: text('Its output.'),
    }),
  ],
  { title: 'origin' },
);

/** `cpu: 2`, `memory: 4294967296`, `gpu: "0"`. */
export const resources = (description: string) =>
  Type.Record(Type.String(), Type.Union([Type.Number(), Type.String()]), { description });

const StoredSeries = Type.Object(
  {
    digest: digest('Digest of the series: a line of JSON for each value, with `name`, `value`, `step` and `time`.'),
    bytes: count('Size in bytes.'),
    points: count('Number of values.'),
  },
  { title: 'stored series', description: 'Every value of each metric that it reported; absent if there is none.' },
);

const Execution = Type.Object(
  {
    started: text('Time of its start: ISO 8601, UTC.'),
    seconds: real('Duration of the successful attempt.'),
    attempts: count('Number of attempts.'),
    resumes: count('Number of resumes from a checkpoint.'),
    host: text('Name of the host.'),
    platform: text('Operating system and processor.'),
    node: text('Version of Node.js.'),
    notes: jsonObject('Notes of the stage from `stage.record`: engine, device, versions.'),
    metrics: Type.Record(Type.String(), json('Last value of the metric.'), {
      description: 'Last value of each metric that it reported.',
    }),
    series: Type.Optional(StoredSeries),
    warnings: texts('Warnings of the stage.'),
    resources: resources('Resources that it was granted.'),
    peakMemoryBytes: Type.Optional(
      Type.Number({ description: 'Peak resident memory of its own process, if the system tells it.' }),
    ),
    log: text('Path of the log, relative to the store.'),
  },
  { title: 'execution' },
);

export const RunRecordSchema = Type.Object(
  {
    format: Type.Literal(1),
    fingerprint: fingerprint('Digest of the identity.'),
    instance: instanceId('The instance that was executed.'),
    stage: text('Its stage.'),
    axes: axes('Its axes.'),
    identity: IdentitySchema,
    sources: Type.Record(Type.String(), digest('Digest of the source.'), {
      description: 'Digest of each normalized source file in the bundle: `why` names the changed one.',
    }),
    origins: Type.Record(Type.String(), Type.Array(Origin), {
      description: 'Origin of each input: a path of the workspace, or the executions that made it.',
    }),
    outputs: Type.Record(Type.String(), StoredOutputSchema, { description: 'By output name.' }),
    execution: Execution,
  },
  { title: 'run record' },
);

export type RunRecord = Immutable<Static<typeof RunRecordSchema>>;
export type Origin = Immutable<Static<typeof Origin>>;
export type StoredOutput = Immutable<Static<typeof StoredOutputSchema>>;
export type StoredSeries = Immutable<Static<typeof StoredSeries>>;
export type Execution = Immutable<Static<typeof Execution>>;
