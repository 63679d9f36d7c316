/** The verdict of a second execution of the same fingerprint: `audits/<fingerprint>-<result>.json` in the store. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { count, real, text } from './fields.ts';
import { fingerprint, instanceId, jsonObject } from './identity.ts';

const verdict = Type.Union([Type.Literal('identical'), Type.Literal('within'), Type.Literal('different')], {
  description: '`within`: only numbers differ, each by no more than the tolerance.',
});

const FieldDifference = Type.Object(
  {
    values: count('Number of different values.'),
    maxAbsolute: real('Greatest |a - b|.'),
    maxRelative: real('Greatest |a - b| / max(|a|, |b|).'),
  },
  { title: 'field difference' },
);

const OutputReproduction = Type.Object(
  {
    verdict,
    first: Type.Optional(text('The first place that differs, and how.')),
    fields: Type.Optional(
      Type.Record(Type.String(), FieldDifference, {
        description: 'By tensor, column or JSON path (`loss[]` for all elements of a list).',
      }),
    ),
  },
  { title: 'output reproduction' },
);

export const ReproductionSchema = Type.Object(
  {
    format: Type.Literal(1),
    fingerprint: fingerprint('The execution.'),
    instance: instanceId('Its instance.'),
    verdict,
    tolerance: real('Allowed difference of two numbers a and b: tolerance * max(1, |a|, |b|).'),
    outputs: Type.Record(Type.String(), OutputReproduction, { description: 'By output name.' }),
    started: text('Start of the second execution: ISO 8601, UTC.'),
    seconds: real('Its duration.'),
    host: text('Name of its host.'),
    platform: text('Operating system and processor.'),
    node: text('Version of Node.js.'),
    notes: jsonObject('Notes of the stage: engine, device, versions.'),
  },
  { title: 'reproduction' },
);

export type Reproduction = Immutable<Static<typeof ReproductionSchema>>;
export type ReproductionVerdict = Reproduction['verdict'];
export type OutputReproduction = Immutable<Static<typeof OutputReproduction>>;
export type FieldDifference = Immutable<Static<typeof FieldDifference>>;
